import {randomFrom} from '../../geometry/random.js';

/** A direction in the space of one input: how far each of some coordinates moves per unit of the direction. */
export interface Direction {
  indices: readonly number[];
  weights: Float64Array;
}

/** The direction along one coordinate. */
export function coordinate(index: number, step: number): Direction {
  return {indices: [index], weights: Float64Array.of(step)};
}

/**
 * A direction through all given coordinates. Each moves by 1, 1¼, 1½ or 1¾ steps, up or down, at random. The direction does not depend on
 * the gradient.
 *
 * A single error in a gradient changes the slope along the direction by at least that error times the step. With several errors, the sign
 * of the sum cannot be predicted. Whatever the others add up to, one of the two signs of the largest error shows it. So a direction misses
 * it with a probability of at most ½.
 */
export function randomDirection(indices: readonly number[], step: number, text: string): Direction {
  const next = randomFrom(text);
  return {
    indices,
    weights: Float64Array.from(indices, () => {
      const bits = next() >>> 20;
      return ((bits & 4) === 0 ? step : -step) * (1 + (bits & 3) / 4);
    }),
  };
}

/** Draws `most` coordinates at random, or returns all of them if there are no more. */
export function sampleOf(length: number, most: number, text: string): number[] {
  if (length <= most) return Array.from({length}, (_, i) => i);
  const next = randomFrom(text);
  const chosen = new Set<number>();
  while (chosen.size < most) chosen.add(next() % length);
  return [...chosen].sort((a, b) => a - b);
}

/** ⟨gradient, direction⟩ in float64. */
export function directionalDerivative(gradient: ArrayLike<number>, {indices, weights}: Direction): number {
  let sum = 0;
  for (let k = 0; k < indices.length; k++) sum += gradient[indices[k]] * weights[k];
  return sum;
}

/** Moves an input along a direction, by t. */
export function stepAlong(values: Float32Array, {indices, weights}: Direction, t: number): Float32Array {
  const result = values.slice();
  for (let k = 0; k < indices.length; k++) result[indices[k]] += t * weights[k];
  return result;
}

/** Splits a direction into two halves. */
export function halves({indices, weights}: Direction): [Direction, Direction] {
  const middle = indices.length >> 1;
  return [
    {indices: indices.slice(0, middle), weights: weights.slice(0, middle)},
    {indices: indices.slice(middle), weights: weights.slice(middle)},
  ];
}
