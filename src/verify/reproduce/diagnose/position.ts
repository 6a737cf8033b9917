/** The indices of an element of a tensor of rank 4. */
export function positionOf(index: number, [, b, c, d]: readonly number[]): number[] {
  return [Math.floor(index / (b * c * d)), Math.floor(index / (c * d)) % b, Math.floor(index / d) % c, index % d];
}

/** The index of the element at a position. */
export function indexOf([n, h, w, c]: readonly number[], [, height, width, channels]: readonly number[]): number {
  return ((n * height + h) * width + w) * channels + c;
}
