import type {FunctionUnderTest} from './functionUnderTest.js';
import type {LocalRounding} from './localRounding.js';

// Loops over outputs call these; test runners make every look at a global slow.
const {abs, min, sqrt} = Math;

/** Where the gradient is judged, and what all lines through that point share. */
export interface Point {
  tested: FunctionUnderTest;
  values: readonly Float32Array[];
  /** What weighs the outputs: random signs, drawn before and apart from everything that is measured. */
  dy: Float32Array;
  /** f at the point. */
  here: Float32Array;
  /** How f rounds around the point. */
  localRounding: LocalRounding;
  /** The relative error of one operation on this backend. */
  unit: number;
}

/** Random signs rarely let a sum exceed six times its root mean square (Hoeffding: 3e-8); never its sum of magnitudes. */
export const deviations = 6;

/**
 * How far Σ dy·e may be from 0 when |e(j)| ≤ bound(j). The signs of dy are random and owe nothing to e, so errors do not add up, whatever
 * relation they have with each other.
 */
export function weightedBound(dy: Float32Array, bound: Float64Array): number {
  let [sum, square] = [0, 0];
  for (let j = 0; j < dy.length; j++) {
    const share = abs(dy[j]) * bound[j];
    if (share === 0) continue;
    sum += share;
    square += share * share;
  }
  return min(sum, deviations * sqrt(square));
}

/** Σ dy·value */
export function weightedSum(dy: Float32Array, values: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < dy.length; j++) if (dy[j] !== 0) sum += dy[j] * values[j];
  return sum;
}
