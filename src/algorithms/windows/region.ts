/** A rectangle of an image's pixels that may reach over its border. */
export interface Region {
  firstRow: number;
  rows: number;
  firstColumn: number;
  columns: number;
}

/** Floats below which a loop is faster than the calls that copy and fill. */
const shortLine = 128;

/**
 * Copies the region of one image after another, zeros where it reaches over the border.
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
