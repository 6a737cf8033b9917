import {drawReals} from './draw.js';
import type {Subject} from './subject.js';

/** Points in a row, the order of the differences between them, and what random errors grow by in them: C(2n, n). */
const points = 9;
const order = 4;
const growth = 70;
/** Fractions of x: what looks like noise at one of them may be a bend. */
const spacings = [2 ** -8, 2 ** -14];

/**
 * The standard deviation of each output's rounding error, measured: fourth differences of equally spaced values leave nothing of a smooth
 * function, but keep its noise (Moré and Wild, Estimating computational noise, 2011). A model cannot know what cancels inside f.
 */
export async function outputNoise(
  subject: Subject,
  values: readonly Float32Array[],
  scales: readonly number[],
  seed: number,
): Promise<Float64Array> {
  let least: Float64Array | undefined;
  for (const spacing of spacings) {
    const directions = values.map((data, k) => drawReals(data.length, `${seed}/noise/${spacing}/${k}`));
    const rows: Float64Array[] = [];
    for (let nth = 0; nth < points; nth++) {
      // To one side, so that a kink at x itself is in the first difference only.
      const t = nth * spacing;
      const moved = values.map((data, k) => data.map((value, i) => value + t * scales[k] * directions[k][i]));
      rows.push(Float64Array.from(await subject.evaluate(moved)));
    }
    const noise = noiseOf(rows);
    least = least ? least.map((value, j) => Math.min(value, noise[j])) : noise;
  }
  return least!;
}

function noiseOf(rows: Float64Array[]): Float64Array {
  let differences = rows;
  for (let n = 0; n < order; n++) {
    differences = differences.slice(1).map((row, i) => row.map((value, j) => value - differences[i][j]));
  }
  return differences[0].map((_, j) => {
    const squares = differences.map((row) => row[j] ** 2).sort((a, b) => a - b);
    squares.pop();
    const noise = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length / growth);
    // Out of f's domain nothing is learnt; the model's unit remains.
    return Number.isFinite(noise) ? noise : 0;
  });
}
