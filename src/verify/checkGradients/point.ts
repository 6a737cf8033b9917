import type {FunctionUnderTest} from './functionUnderTest.js';
import type {LocalRounding} from './localRounding.js';

// Loops over outputs call these functions. In test runners, each access to a global is slow.
const {abs, min, sqrt} = Math;

/** Where the gradient is judged, and what all lines through that point share. */
export interface Point {
  tested: FunctionUnderTest;
  values: readonly Float32Array[];
  /** The weights of the outputs: random signs, drawn first and independently of everything that is measured. */
  dy: Float32Array;
  /** The value of f at the point. */
  here: Float32Array;
  /** How f rounds around the point. */
  localRounding: LocalRounding;
  /** The relative error of one operation on this backend. */
  unit: number;
}

/** With random signs, a sum rarely exceeds six times its root mean square (Hoeffding: 3e-8). It never exceeds its sum of magnitudes. */
export const deviations = 6;

/**
 * How far Σ dy·e may be from 0 when |e(j)| ≤ bound(j). The signs of dy are random and independent of e, so errors do not add up, whatever
 * their relation to each other.
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
