/**
 * Segments of memory, each of as many floats, as pairs of offset in bytes and length in floats; those that follow on one another are one.
 * @param offsets in bytes
 */
export function segmentsOf(offsets: readonly number[], length: number): number[] {
  const segments: number[] = [];
  let end = Number.NaN;
  for (const offset of offsets) {
    if (offset === end) segments[segments.length - 1] += length;
    else segments.push(offset, length);
    end = offset + 4 * length;
  }
  return segments;
}
