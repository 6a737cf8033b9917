import {errorBound} from '../bound.js';
import type {Observation} from './patient.js';

/** Fractions come from dividing, which backends do in their own ways; whole numbers leave no room. */
const fraction = 2 ** -20;

/**
 * Whether the observed result is what was predicted, in every element: bit for bit on integers, on reals within what rounding may do to
 * the prediction and to the result. NaN agrees with nothing.
 */
export function agrees({got, wanted, fill, arithmetic}: Observation, predicted: ArrayLike<number>): boolean {
  if (got.length !== predicted.length) return false;
  for (let i = 0; i < predicted.length; i++) {
    const error = Math.abs(got[i] - predicted[i]);
    if (error === 0) continue;
    const bound =
      fill === 'reals'
        ? 2 * errorBound(Math.max(1, wanted.terms[i]), wanted.magnitudes[i], arithmetic)
        : Number.isInteger(predicted[i])
          ? 0
          : fraction * Math.abs(predicted[i]);
    if (!(error <= bound)) return false;
  }
  return true;
}

/** Whether the observed result is right. */
export function isRight(observation: Observation): boolean {
  return agrees(observation, observation.wanted.values);
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
