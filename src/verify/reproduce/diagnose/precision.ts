import type {Arithmetic} from '../../../backends/arithmetic.js';
import {errorBound} from '../../reference/bound.js';
import type {Observation} from './observe.js';

/** Formats of results: name, bits behind the leading one, smallest step. */
const formats: readonly [name: string, bits: number, step: number][] = [
  ['float16', 10, 2 ** -24],
  ['bfloat16', 7, 2 ** -133],
];

/** At least this many results must have been due that are no numbers of the format. */
const neededLosses = 8;

/** Recognises sums in low precision: all results are numbers of the format, with errors of its size. */
export function lowPrecisionOf(observations: readonly Observation[]): string[] {
  return formats.flatMap(([name, bits, step]) => {
    const arithmetic: Arithmetic = {unit: 2 ** -bits, underflow: step, exactLimit: 2 ** bits, exponential: () => 0};
    const isOf = (value: number) => {
      const unit = Math.max(step, 2 ** (Math.floor(Math.log2(Math.abs(value))) - bits));
      return value === 0 || Number.isInteger(value / unit);
    };
    let losses = 0;
    const fits = observations.every(({got, expected: {values, terms, magnitudes}}) =>
      values.every((want, i) => {
        if (!isOf(want)) losses++;
        return isOf(got[i]) && Math.abs(got[i] - want) <= errorBound(terms[i], magnitudes[i], arithmetic);
      }),
    );
    return fits && losses >= neededLosses ? [`sums kept in ${name}: all results are numbers of that format`] : [];
  });
}
