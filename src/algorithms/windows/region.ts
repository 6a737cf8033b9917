/** A rectangle of pixels of an image. It may extend beyond the border. */
export interface Region {
  firstRow: number;
  rows: number;
  firstColumn: number;
  columns: number;
}

/** Lines with fewer floats than this are copied faster by a loop than by calls of `set` and `fill`. */
const shortLine = 128;

/**
 * Copies the same region of `count` images, from image `first` on. Pixels beyond the border become zeros.
 * @param images [batch, height, width, channels]
 * @param into [count, rows, columns, channels]
 */
export function copyRegions(
  images: Float32Array,
  [height, width, channels]: readonly [number, number, number],
  first: number,
  count: number,
  {firstRow, rows, firstColumn, columns}: Region,
  into: Float32Array,
): void {
  const line = columns * channels;
  const from = Math.min(Math.max(0, firstColumn), width);
  const end = Math.max(from, Math.min(width, firstColumn + columns));
  const before = (from - firstColumn) * channels;
  let to = 0;
  for (let n = first; n < first + count; n++) {
    for (let row = firstRow; row < firstRow + rows; row++, to += line) {
      if (row < 0 || row >= height || from === end) {
        into.fill(0, to, to + line);
        continue;
      }
      const at = (n * height + row) * width * channels + from * channels;
      const length = (end - from) * channels;
      if (line < shortLine) {
        for (let i = to; i < to + before; i++) into[i] = 0;
        for (let i = 0; i < length; i++) into[to + before + i] = images[at + i];
        for (let i = to + before + length; i < to + line; i++) into[i] = 0;
        continue;
      }
      into.fill(0, to, to + before);
      into.set(images.subarray(at, at + length), to + before);
      into.fill(0, to + before + length, to + line);
    }
  }
}
