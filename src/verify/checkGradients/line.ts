import {along, type Direction} from './direction.js';
import type {Subject} from './subject.js';

/** ⟨f, dy⟩ on the line x + t·v through the caller's values, where v moves one input. */
export interface Line {
  /** What two points at ± t tell; undefined where f is not finite. */
  pair(t: number): Promise<Pair | undefined>;
}

export interface Pair {
  /** (φ(t) − φ(−t)) / 2t */
  slope: number;
  /** (φ(t) − 2φ(0) + φ(−t)) / t: the difference between the slopes on either side. */
  bend: number;
  /** Standard deviation of φ's rounding errors, over the outputs that move along this line. */
  noise: number;
  /** The size of those outputs, in the same norm. */
  size: number;
}

/**
 * The gap between the slopes on both sides, from the bends at steps t, 2t, 4t. Of a smooth function the bend is φ″t + φ⁗t³/12 + …; what is
 * left when both are eliminated comes from a kink nearer than the steps.
 */
export function gapOf([fine, middle, coarse]: readonly Pair[]): number {
  return Math.abs(16 * fine.bend - 10 * middle.bend + coarse.bend) / 7;
}

/** The standard deviation of a gap at step t, in units of noise/t: √6 of a bend, times what the elimination adds. */
export const gapNoise = 7;

/** What all lines through one point share. */
export interface Point {
  subject: Subject;
  values: readonly Float32Array[];
  dy: Float32Array;
  gradients: readonly Float32Array[];
  /** f at the point. */
  here: Float32Array;
  /** The rounding error of each output, of at least `unit` times its size. */
  noise: Float64Array;
  unit: number;
}

/**
 * f runs in float32; differences are taken output by output and summed in float64. x ± t·v is rounded too: what the step lost is known
 * exactly and taken off with the gradient under test, whose own error matters there no more than 1 in 2²⁴.
 */
export function lineThrough(point: Point, input: number, direction: Direction): Line {
  const {subject, values, dy, gradients, here, noise, unit} = point;
  // Output by output, since those that do not move have no say, and no noise.
  const moves = new Uint8Array(here.length);
  const at = async (t: number) => {
    const moved = values[input].slice();
    for (const [k, index] of direction.indices.entries()) moved[index] += t * direction.weights[k];
    return {moved, output: await subject.evaluate(values.map((data, i) => (i === input ? moved : data)))};
  };
  return {
    async pair(t) {
      const [plus, minus] = [await at(t), await at(-t)];
      let [difference, bend, variance, square] = [0, 0, 0, 0];
      for (let j = 0; j < here.length; j++) {
        const [a, b] = [plus.output[j], minus.output[j]];
        if (!Number.isFinite(a - b)) return undefined;
        if (a !== here[j] || b !== here[j]) moves[j] = 1;
        difference += dy[j] * (a - b);
        bend += dy[j] * (a - here[j] - (here[j] - b));
        if (!moves[j]) continue;
        const size = Math.max(Math.abs(a), Math.abs(b));
        variance += (dy[j] * Math.max(noise[j], unit * size)) ** 2;
        square += (dy[j] * size) ** 2;
      }
      const lost = {
        indices: direction.indices,
        weights: direction.indices.map((i, k) => plus.moved[i] - minus.moved[i] - 2 * t * direction.weights[k]),
      };
      return {
        slope: (difference - along(gradients[input], lost)) / (2 * t),
        bend: bend / t,
        noise: Math.sqrt(variance),
        size: Math.sqrt(square),
      };
    },
  };
}
