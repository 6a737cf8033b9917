import type {Arithmetic} from '../../backends/arithmetic.js';
import type {Fill} from '../data/fill.js';
import {boundAt} from './bound.js';
import type {Expected} from './reference.js';

/** The element whose error is largest in relation to its bound. It is a failure when error > bound. */
export interface Worst {
  /** −1 where one number stands for the whole tensor. */
  index: number;
  got: number;
  want: number;
  error: number;
  bound: number;
}

/** Results that a format cannot hold. They come out infinite, as the format's largest number, or as NaN. */
export interface Overflow {
  elements: number;
  /** The largest expected magnitude among them. */
  largest: number;
  /** The largest number that the format holds. */
  beyond: number;
  /** The value that the last of them is read back as, without the sign. */
  became: string;
}

/** What a comparison says about one pass. */
export interface Verdict {
  status: 'passed' | 'failed' | 'skipped' | 'vacuous';
  reason?: string;
  worst?: Worst;
  overflow?: Overflow;
}

/** The result of a pass: its values in NHWC (filter: HWIO) order and the shape in the same order. */
export interface Actual {
  values: ArrayLike<number>;
  shape: readonly number[];
}

export interface CompareOptions {
  fill: Fill;
  arithmetic: Arithmetic;
  /** How many times max Σ|a||b| intermediates may reach on integers; see `Algorithm.integerHeadroom`. */
  headroom: number;
  /** Another float32 result to compare with. The reference's K and S still set the bounds, and the bounds of both results add up. */
  other?: Actual;
}

/** A comparison is vacuous if a larger share of the elements with terms is zero: too little is left to tell right from wrong. */
const vacuousShare = 0.7;

/** True when too many of the expected values are zero for a comparison to mean anything. */
export function isVacuous({values, terms}: Expected): boolean {
  let summed = 0;
  let zero = 0;
  for (let i = 0; i < values.length; i++) {
    if (terms[i] === 0) continue;
    summed++;
    if (values[i] === 0) zero++;
  }
  return zero > vacuousShare * summed;
}

/** Why a result on integers need not be exact; undefined when it must be. */
export function whyInexact(
  {magnitudes, steps = 1, rounded}: Expected,
  {arithmetic, headroom}: Pick<CompareOptions, 'arithmetic' | 'headroom'>,
): string | undefined {
  if (rounded) return `${rounded}: never exact on integers`;
  if (headroom === 0) return 'the algorithm is never exact on integers';
  const reach = headroom * steps * maximum(magnitudes);
  if (reach <= arithmetic.exactLimit) return undefined;
  const format = arithmetic.storage ? '2^11: not exact in float16' : '2^24: not exact in float32';
  return `sums may go beyond ${format}`;
}

/** Compares a result with the expected one: by `===` on integers (−0 equals 0), by the bounds of `boundAt` on reals. */
export function compare(got: Actual, expected: Expected, {fill, arithmetic, headroom, other}: CompareOptions): Verdict {
  for (const result of other ? [got, other] : [got]) {
    if (result.shape.join() !== expected.shape.join() || result.values.length !== expected.values.length) {
      const whose = result === got ? '' : "the other result's ";
      return {
        status: 'failed',
        reason: `${whose}shape is [${result.shape}] with ${result.values.length} values; it must be [${expected.shape}] with ${expected.values.length}`,
      };
    }
  }
  const exact = fill === 'integers';
  const reason = exact ? whyInexact(expected, {arithmetic, headroom}) : undefined;
  if (reason) return {status: 'skipped', reason};
  const worst = worstOf(
    got,
    expected,
    (index) => {
      const bound = exact ? 0 : boundAt(expected, index, arithmetic);
      return other ? 2 * bound : bound;
    },
    other,
  );
  if (worst && worst.error > worst.bound) return {status: 'failed', reason: describe(worst, exact), worst};
  if (isVacuous(expected)) return {status: 'vacuous', reason: 'over 70% of the expected values are zero'};
  return worst ? {status: 'passed', worst} : {status: 'passed'};
}

/** The ratio error/bound, where 0/0 is no error. NaN and Infinity count as infinitely wrong. */
export function ratio({error, bound}: Pick<Worst, 'error' | 'bound'>): number {
  if (error === 0) return 0;
  return Number.isFinite(error) ? error / bound : Number.POSITIVE_INFINITY;
}

function worstOf(
  got: Actual,
  expected: Expected,
  boundOf: (index: number) => number,
  other?: Actual,
): Worst | undefined {
  let worst: Worst | undefined;
  let worstRatio = -1;
  for (let index = 0; index < expected.values.length; index++) {
    const value = got.values[index];
    const want = other ? other.values[index] : expected.values[index];
    // Inf − Inf is NaN, which would compare as no error.
    const error = Number.isFinite(value) && Number.isFinite(want) ? Math.abs(value - want) : Number.POSITIVE_INFINITY;
    if (error === 0 && worst) continue; // no bound can make it worse
    const bound = boundOf(index);
    const size = ratio({error, bound});
    if (size > worstRatio || (size === worstRatio && worst && error > worst.error)) {
      worst = {index, got: value, want, error, bound};
      worstRatio = size;
    }
  }
  return worst;
}

function describe({index, got, want, bound}: Worst, exact: boolean): string {
  return exact
    ? `element ${index} is ${got} and must be exactly ${want}`
    : `element ${index} is ${got} and must be ${want} ± ${bound.toExponential(2)}`;
}

function maximum(values: Float64Array): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}
