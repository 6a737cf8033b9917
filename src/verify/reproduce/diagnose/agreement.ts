import {boundAt, errorBound} from '../../reference/bound.js';
import type {Observation} from './observe.js';

/**
 * The relative rounding error of fractions. They come from divisions, which backends compute in their own ways. Whole numbers are exact.
 */
const fraction = 2 ** -20;

/** The error of a predicted element that rounding explains. */
function boundOf({expected, fill, arithmetic}: Observation, index: number, predicted: number): number {
  const rounding = fraction * Math.abs(predicted);
  if (fill === 'reals')
    return 2 * errorBound(Math.max(1, expected.terms[index]), expected.magnitudes[index], arithmetic) + rounding;
  return Number.isInteger(predicted) ? 0 : rounding;
}

/**
 * Whether the observed result is the predicted one, in every element. Integers must agree bit for bit, reals within the rounding of the
 * prediction and of the result. NaN agrees only with NaN.
 */
export function agrees(observation: Observation, predicted: ArrayLike<number>): boolean {
  const {got} = observation;
  if (got.length !== predicted.length) return false;
  for (let i = 0; i < predicted.length; i++) {
    if (got[i] === predicted[i]) continue;
    if (Number.isNaN(got[i]) && Number.isNaN(predicted[i])) continue;
    if (!(Math.abs(got[i] - predicted[i]) <= boundOf(observation, i, predicted[i]))) return false;
  }
  return true;
}

/** Whether an element of the observed result is right. */
export function isRightAt(observation: Observation, index: number): boolean {
  const {got, expected, fill, arithmetic} = observation;
  const error = Math.abs(got[index] - expected.values[index]);
  if (error === 0) return true;
  if (fill === 'integers') return false;
  return error <= 2 * boundAt(expected, index, arithmetic);
}

/** Whether the observed result is right. */
export function isRight(observation: Observation): boolean {
  const {got, expected} = observation;
  return got.length === expected.values.length && expected.values.every((_, i) => isRightAt(observation, i));
}

/** Whether two results can be told apart. */
export function differ(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  if (one.length !== other.length) return true;
  for (let i = 0; i < one.length; i++) {
    if (one[i] !== other[i] && !(Number.isNaN(one[i]) && Number.isNaN(other[i]))) return true;
  }
  return false;
}

/** More digits than a float32 has would be noise. */
const mostDigits = 8;
/** A kernel that multiplies in float32 rounds the factor and the product, each by 2⁻²⁴ of it. */
const scaling = 2 ** -23;

/**
 * The factor between the right results and the observed ones. It has the fewest digits that explain every element of every observation
 * within rounding. Undefined if there is no such factor, or if the factor is 1: then the results are off by rounding alone.
 */
export function commonFactor(observations: readonly Observation[]): number | undefined {
  if (!observations.every(({got, expected: {values}}) => got.length === values.length)) return undefined;
  let [largest, measured] = [0, Number.NaN];
  for (const {got, expected} of observations) {
    expected.values.forEach((value, i) => {
      if (Math.abs(value) > largest) [largest, measured] = [Math.abs(value), got[i] / value];
    });
  }
  for (let digits = 1; digits <= mostDigits; digits++) {
    const factor = Number(measured.toPrecision(digits));
    if (observations.every((observation) => isScaled(observation, factor))) return factor === 1 ? undefined : factor;
  }
  return undefined;
}

function isScaled(observation: Observation, factor: number): boolean {
  const {got, expected, fill, arithmetic} = observation;
  return expected.values.every((value, i) => {
    const sum =
      fill === 'reals' ? 2 * errorBound(Math.max(1, expected.terms[i]), expected.magnitudes[i], arithmetic) : 0;
    const scaled = value * factor;
    return Math.abs(got[i] - scaled) <= sum * Math.abs(factor) + scaling * Math.abs(scaled);
  });
}
