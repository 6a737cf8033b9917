import {randomFrom} from '../random.js';

/** A direction in the space of one input: how far each of some coordinates moves per unit. */
export interface Direction {
  indices: readonly number[];
  weights: readonly number[];
}

/** Along one coordinate. */
export function coordinate(index: number): Direction {
  return {indices: [index], weights: [1]};
}

/**
 * Directions through all coordinates but some, ±1 each. The first follows the signs of the gradient, where every share of it adds up: it is the
 * sharpest against a wrong scale. The others are random.
 *
 * @param without coordinates that stay where they are
 */
export function directionsOf(
  gradient: Float32Array,
  count: number,
  text: string,
  without: readonly number[],
): Direction[] {
  const excluded = new Set(without);
  const indices = Array.from(gradient.keys()).filter((i) => !excluded.has(i));
  const next = randomFrom(text);
  return Array.from({length: count}, (_, nth) => ({
    indices,
    weights: indices.map((i) => {
      const random = (next() & 1) === 0 ? 1 : -1;
      return nth === 0 ? Math.sign(gradient[i]) || random : random;
    }),
  }));
}

/** The coordinates to look at one by one: all; or, of many, half with the largest gradient and half at random. */
export function coordinatesOf(gradient: Float32Array, most: number, text: string): number[] {
  const all = Array.from(gradient.keys());
  if (all.length <= most) return all;
  const bySize = all.sort((a, b) => Math.abs(gradient[b]) - Math.abs(gradient[a]) || a - b);
  const chosen = bySize.slice(0, Math.ceil(most / 2));
  const rest = bySize.slice(chosen.length);
  const next = randomFrom(text);
  while (chosen.length < most) {
    const at = next() % rest.length;
    chosen.push(rest[at]);
    rest[at] = rest[rest.length - 1];
    rest.pop();
  }
  return chosen.sort((a, b) => a - b);
}

/** ⟨gradient, direction⟩ in float64. */
export function along(gradient: ArrayLike<number>, {indices, weights}: Direction): number {
  let sum = 0;
  for (let k = 0; k < indices.length; k++) sum += gradient[indices[k]] * weights[k];
  return sum;
}

/** Its two halves. */
export function halves({indices, weights}: Direction): [Direction, Direction] {
  const middle = indices.length >> 1;
  return [
    {indices: indices.slice(0, middle), weights: weights.slice(0, middle)},
    {indices: indices.slice(middle), weights: weights.slice(middle)},
  ];
}
