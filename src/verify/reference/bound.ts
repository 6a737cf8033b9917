import type {Arithmetic} from '../../backends/arithmetic.js';
import type {Expected} from './convolution.js';

/**
 * The largest error that summing K products in float32, in any order, can make: γ(K + 2)·S with S = Σ|a||b| and γ(n) = nu/(1 − nu), plus
 * the underflow of each product and each partial sum. A larger error proves a mistake. Source: Higham, Accuracy and Stability of Numerical
 * Algorithms, 3.1.
 *
 * Coarser storage rounds the sum once more: (1 + u')·γ(K + 2)·S + u'·|want|, plus its own underflow.
 */
export function errorBound(terms: number, magnitude: number, arithmetic: Arithmetic, want = magnitude): number {
  if (terms === 0) return 0;
  const {unit, underflow, storage} = arithmetic;
  const n = (terms + 2) * unit;
  const computing = (n / (1 - n)) * magnitude + 2 * terms * underflow;
  return storage ? storage.unit * Math.abs(want) + (1 + storage.unit) * computing + storage.underflow : computing;
}

/**
 * The error bound of one element. It follows from the algorithm's own terms and magnitudes where the algorithm brings them. With an
 * epilogue, the epilogue's bounds apply.
 */
export function boundAt(
  expected: Pick<Expected, 'values' | 'terms' | 'magnitudes' | 'own' | 'ownOfForward' | 'bounds'>,
  index: number,
  arithmetic: Arithmetic,
): number {
  const {values, terms, magnitudes, own, ownOfForward, bounds} = expected;
  if (bounds) return bounds(arithmetic, {own, ownOfForward})[index];
  const [count, magnitude] = own ? [own.terms, own.magnitudes[index]] : [terms[index], magnitudes[index]];
  return errorBound(count, magnitude, arithmetic, values[index]);
}
