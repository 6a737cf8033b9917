import {randomFrom} from '../../geometry/random.js';
import {groupBySize} from './coordinateGroups.js';
import type {FunctionUnderTest} from './functionUnderTest.js';
import {type Fit, fitWindow, reach} from './window.js';

// Loops over outputs call these functions. In test runners, each access to a global is slow.
const {abs, max} = Math;
const {isFinite: isNumber, isNaN: isNoNumber} = Number;

/** How each output of f rounds around the point. This is measured, since no model knows what cancels inside f. */
export interface LocalRounding {
  /** The residual that noise leaves in a window. */
  noise: Float64Array;
  /**
   * The smallest nonzero difference between two values; some of the values are far apart. If values inside f are large, f moves by whole
   * steps (3000 + x − 3000 by 2⁻¹²), and this is one of them. If f moves freely, this is just a small number. It is Infinity where f never
   * moves.
   */
  quantum: Float64Array;
  /** The largest magnitude nearby. */
  size: Float64Array;
  /** How far the values are apart, and the multiple of the steps over which that was measured. */
  range: Float64Array;
  extent: number;
}

/** Spacings of windows, as fractions of the step. What looks like noise at one of them may be a bend, so there are two. */
const spacings = [2 ** -9, 2 ** -13];
/** Two sets of random points: the multiples of the steps that they reach, and how many there are. */
const near = {extent: 2, points: 14};
const far = {extent: 16, points: 2};
/** With more than this many numbers, a run uses fewer points. */
const many = 2e5;

export async function measureLocalRounding(
  tested: FunctionUnderTest,
  values: readonly Float32Array[],
  here: Float32Array,
  seed: number,
): Promise<LocalRounding> {
  const steps = values.map(stepsOf);
  const large = here.length + values.reduce((sum, {length}) => sum + length, 0) > many;
  const evaluateAt = (text: string, draw: (next: () => number) => number) => {
    const next = randomFrom(text);
    return tested.evaluate(
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
      // All points lie on one side, so that a kink at the point itself does not count as noise.
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
  for (const {indices, step} of groupBySize(values)) for (const i of indices) steps[i] = step;
  return steps;
}

function restsOf(middles: Float32Array, plus: Float32Array[], minus: Float32Array[]): Float64Array {
  const fit: Fit = {slope: 0, spread: 0, rest: 0, gap: 0};
  const rests = new Float64Array(middles.length);
  const [up, down] = [new Array<number>(reach), new Array<number>(reach)];
  for (let j = 0; j < middles.length; j++) {
    for (let k = 0; k < reach; k++) {
      up[k] = plus[k][j];
      down[k] = minus[k][j];
    }
    fitWindow(middles[j], up, down, fit);
    rests[j] = fit.rest;
  }
  return rests;
}

/** The lower median for each output. A window that leaves f's domain counts as 0. */
function medians(rows: Float64Array[]): Float64Array {
  const column = new Float64Array(rows.length);
  const medians = new Float64Array(rows[0].length);
  for (let j = 0; j < medians.length; j++) {
    for (let k = 0; k < rows.length; k++) insert(column, k, isNoNumber(rows[k][j]) ? 0 : rows[k][j]);
    medians[j] = column[(rows.length - 1) >> 1];
  }
  return medians;
}

function spreadOf(samples: Float32Array[]): Pick<LocalRounding, 'quantum' | 'size' | 'range'> {
  const outputs = samples[0].length;
  const [quantum, size, range] = [new Float64Array(outputs), new Float64Array(outputs), new Float64Array(outputs)];
  const column = new Float64Array(samples.length);
  for (let j = 0; j < outputs; j++) {
    let count = 0;
    for (let n = 0; n < samples.length; n++) if (isNumber(samples[n][j])) insert(column, count++, samples[n][j]);
    quantum[j] = Number.POSITIVE_INFINITY;
    for (let k = 1; k < count; k++) {
      const gap = column[k] - column[k - 1];
      if (gap > 0 && gap < quantum[j]) quantum[j] = gap;
    }
    size[j] = count > 0 ? max(abs(column[0]), abs(column[count - 1])) : Number.NaN;
    range[j] = count > 0 ? column[count - 1] - column[0] : Number.NaN;
  }
  return {quantum, size, range};
}

/**
 * Inserts a value into the first `count` numbers of a column, which are in order. There are few numbers: sorting each column would take
 * longer than f.
 */
function insert(column: Float64Array, count: number, value: number): void {
  let k = count;
  for (; k > 0 && column[k - 1] > value; k--) column[k] = column[k - 1];
  column[k] = value;
}
