/**
 * Returns segments of memory as pairs: offset in bytes and length in floats. Adjacent segments are merged.
 * @param offsets where each segment begins, in bytes
 * @param length the floats of each segment
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
