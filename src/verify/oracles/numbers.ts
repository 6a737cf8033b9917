import type {Arithmetic} from '../../backends/arithmetic.js';
import {boundAt} from '../reference/bound.js';
import type {Verdict} from '../reference/compare.js';
import type {Expected} from '../reference/reference.js';

type Values = ArrayLike<number>;

/** ⟨a, b⟩ in float64: exact on integers. @throws Error when a, a result, has the wrong size */
export function dot(a: Values, b: Values): number {
  if (a.length !== b.length) throw new Error(`the result has ${a.length} values; it must have ${b.length}`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** v + factor·d in float32. */
export function axpy(v: Float32Array, d: Float32Array, factor = 1): Float32Array {
  return v.map((value, i) => value + factor * d[i]);
}

/** max |v|. */
export function largest(v: Values): number {
  let most = 0;
  for (let i = 0; i < v.length; i++) most = Math.max(most, Math.abs(v[i]));
  return most;
}

/**
 * The largest error of ⟨result, weights⟩. Each element errs by its own bound. The host's float64 sum errs by less than n·2⁻⁵³·Σ|weight|·S.
 */
export function dotBound(expected: Expected, weights: Values, arithmetic: Arithmetic): number {
  const {values, magnitudes} = expected;
  let sum = 0;
  let size = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = Math.abs(weights[i]);
    sum += weight * boundAt(expected, i, arithmetic);
    size += weight * magnitudes[i];
  }
  return sum + values.length * 2 ** -53 * size;
}

/** A verdict on one number. */
export function compareNumber(what: string, got: number, want: number, bound: number): Verdict {
  // Inf − Inf is NaN, which would compare as no error.
  const error = Number.isFinite(got) && Number.isFinite(want) ? Math.abs(got - want) : Number.POSITIVE_INFINITY;
  const worst = {index: -1, got, want, error, bound};
  if (error <= bound) return {status: 'passed', worst};
  if (!Number.isFinite(want)) {
    const reason = `${what} cannot be determined: what it is computed from holds ${want}, although the inputs are finite`;
    return {status: 'failed', reason, worst};
  }
  const must = bound === 0 ? `exactly ${want}` : `${want} ± ${bound.toExponential(2)}`;
  return {status: 'failed', reason: `${what} is ${got} and must be ${must}`, worst};
}
