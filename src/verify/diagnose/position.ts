/** The indices of an element of a tensor of rank 4. */
export function positionOf(index: number, [, b, c, d]: readonly number[]): number[] {
  return [Math.floor(index / (b * c * d)), Math.floor(index / (c * d)) % b, Math.floor(index / d) % c, index % d];
}
