import {type Arithmetic, errorBound} from './arithmetic.js';
import type {Expected} from './convolution.js';

export {type Arithmetic, arithmeticOf, errorBound, exactLimit, isGpu} from './arithmetic.js';

/** The bound of one element: of the algorithm's own terms and magnitude, where it brings them; with an epilogue, the one that it makes of these. */
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
