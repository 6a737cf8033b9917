import {boundAt, errorBound} from '../bound.js';
import type {Observation} from './patient.js';

/** Fractions come from dividing, which backends do in their own ways; whole numbers leave no room. */
const fraction = 2 ** -20;

/** The error of an element of a prediction that is explained by rounding. */
function boundOf({wanted, fill, arithmetic}: Observation, index: number, predicted: number): number {
  const rounding = fraction * Math.abs(predicted);
  if (fill === 'reals')
    return 2 * errorBound(Math.max(1, wanted.terms[index]), wanted.magnitudes[index], arithmetic) + rounding;
  return Number.isInteger(predicted) ? 0 : rounding;
}

/**
 * Whether the observed result is what was predicted, in every element: bit for bit on integers, on reals within what rounding may do to
 * the prediction and to the result. NaN agrees with NaN alone.
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
  const {got, wanted, fill, arithmetic} = observation;
  const error = Math.abs(got[index] - wanted.values[index]);
  if (error === 0) return true;
  if (fill === 'integers') return false;
  return error <= 2 * boundAt(wanted, index, arithmetic);
}

/** Whether the observed result is right. */
export function isRight(observation: Observation): boolean {
  const {got, wanted} = observation;
  return got.length === wanted.values.length && wanted.values.every((_, i) => isRightAt(observation, i));
}

/** Whether two results can be told apart. */
export function differ(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  if (one.length !== other.length) return true;
  for (let i = 0; i < one.length; i++) {
    if (one[i] !== other[i] && !(Number.isNaN(one[i]) && Number.isNaN(other[i]))) return true;
  }
  return false;
}

/** The one factor between the right result and the observed one, if there is one. */
export function commonFactor({got, wanted: {values}}: Observation): number | undefined {
  if (got.length !== values.length || values.length === 0) return undefined;
  const largest = values.reduce((best, value, i) => (Math.abs(value) > Math.abs(values[best]) ? i : best), 0);
  const factor = got[largest] / values[largest];
  const isScaled = values.every((value, i) => Math.abs(got[i] - value * factor) <= fraction * Math.abs(value * factor));
  return isScaled ? Number(factor.toPrecision(5)) : undefined;
}
