import {type Arithmetic, errorBound} from './arithmetic.js';
import type {Expected} from './convolution.js';

export {type Arithmetic, arithmeticOf, errorBound, exactLimit, isGpu} from './arithmetic.js';

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
