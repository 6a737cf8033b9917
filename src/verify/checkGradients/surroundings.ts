import {randomFrom} from '../random.js';
import {partsOf} from './steps.js';
import type {Subject} from './subject.js';
import {type Fit, fitWindow, reach} from './window.js';

/** How each output of f rounds around the point: measured, since no model knows what cancels inside f. */
export interface Surroundings {
  /** The residual that noise leaves in a window. */
  noise: Float64Array;
  /**
   * The least difference between two values that differ, of some far apart. Where values inside f are large, f moves by whole steps (3000 +
   * x − 3000 by 2⁻¹²), and this is one of them; where f moves freely it is just a small number. Infinity where f never moves.
   */
  quantum: Float64Array;
  /** The largest magnitude nearby. */
  size: Float64Array;
  /** How far values are apart, and over which multiple of the steps that was. */
  range: Float64Array;
  extent: number;
}

/** Fractions of the step, as spacings of windows: what looks like noise at one of them may be a bend. */
const spacings = [2 ** -9, 2 ** -13];
/** Values far apart: these multiples of the steps, at random, to look at. */
const near = {extent: 2, points: 14};
const far = {extent: 16, points: 2};
/** Beyond so many numbers a run gets along with less. */
const many = 2e5;

export async function surroundingsOf(
  subject: Subject,
  values: readonly Float32Array[],
  here: Float32Array,
  seed: number,
): Promise<Surroundings> {
  const steps = values.map(stepsOf);
  const large = here.length + values.reduce((sum, {length}) => sum + length, 0) > many;
  const evaluateAt = (text: string, draw: (next: () => number) => number) => {
    const next = randomFrom(text);
    return subject.evaluate(
      values.map((data, k) => {
        const moved = data.slice();
        for (let i = 0; i < data.length; i++) moved[i] += steps[k][i] * draw(next);
        return moved;
      }),
    );
  };

  const rests: Float64Array[] = [];
  for (const spacing of spacings) {
    for (let nth = 0; nth < (large ? 2 : 3); nth++) {
      // To one side, so that a kink at the point itself is not taken for noise.
      const at = (k: number) =>
        evaluateAt(`${seed}/noise/${spacing}/${nth}`, (next) => {
          const bits = next() >>> 20;
          return ((bits & 4) === 0 ? 1 : -1) * (2 * reach + k) * spacing * (1 + (bits & 3) / 4);
        });
      const [plus, minus]: Float32Array[][] = [[], []];
      for (let k = 1; k <= reach; k++) {
        plus.push(await at(k));
        minus.push(await at(-k));
      }
      rests.push(restsOf(await at(0), plus, minus));
    }
  }

  const sample = async ({extent, points}: typeof near) => {
    const samples: Float32Array[] = [];
    for (let nth = 0; nth < (large ? Math.ceil(points / 3) : points); nth++)
      samples.push(await evaluateAt(`${seed}/${extent}/${nth}`, (next) => extent * (next() / 2 ** 31 - 1)));
    return samples;
  };
  const samples = [here, ...(await sample(near))];
  const {size, range} = spreadOf(samples);
  return {
    noise: medians(rests),
    quantum: spreadOf([...samples, ...(await sample(far))]).quantum,
    size,
    range,
    extent: near.extent,
  };
}

/** The step of each coordinate. */
function stepsOf(values: Float32Array): Float64Array {
  const steps = new Float64Array(values.length);
  for (const {indices, step} of partsOf(values)) for (const i of indices) steps[i] = step;
  return steps;
}

function restsOf(middles: Float32Array, plus: Float32Array[], minus: Float32Array[]): Float64Array {
  const fit: Fit = {slope: 0, spread: 0, rest: 0, gap: 0};
  return Float64Array.from(middles, (middle, j) => {
    fitWindow(
      middle,
      plus.map((row) => row[j]),
      minus.map((row) => row[j]),
      fit,
    );
    return fit.rest;
  });
}

/** The lower median for each output; of what is outside of f's domain nothing is learnt. */
function medians(rows: Float64Array[]): Float64Array {
  const column = new Float64Array(rows.length);
  return rows[0].map((_, j) => {
    for (const [k, row] of rows.entries()) column[k] = Number.isNaN(row[j]) ? 0 : row[j];
    return column.sort()[(rows.length - 1) >> 1];
  });
}

function spreadOf(samples: Float32Array[]): Pick<Surroundings, 'quantum' | 'size' | 'range'> {
  const outputs = samples[0].length;
  const [quantum, size, range] = [new Float64Array(outputs), new Float64Array(outputs), new Float64Array(outputs)];
  for (let j = 0; j < outputs; j++) {
    const column = Float64Array.from(samples, (sample) => sample[j])
      .filter(Number.isFinite)
      .sort();
    quantum[j] = Number.POSITIVE_INFINITY;
    for (let k = 1; k < column.length; k++) {
      const gap = column[k] - column[k - 1];
      if (gap > 0 && gap < quantum[j]) quantum[j] = gap;
    }
    const [least, most] = [column[0], column[column.length - 1]];
    size[j] = Math.max(Math.abs(least), Math.abs(most));
    range[j] = most - least;
  }
  return {quantum, size, range};
}
