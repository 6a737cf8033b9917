/** One or more whole images, or some rows of one image. */
export interface ImageBlock {
  image: number;
  images: number;
  row: number;
  rows: number;
}

/**
 * Cuts a batch into blocks whose windows take about `limit` bytes. A block is several small images, or some rows of a large one.
 * @param bytesOf the bytes of the windows for so many rows of one image
 */
export function* blocksOf(
  batch: number,
  height: number,
  bytesOf: (rows: number) => number,
  limit: number,
): Generator<ImageBlock> {
  const images = Math.min(batch, Math.floor(limit / bytesOf(height)));
  if (images > 0) {
    for (let image = 0; image < batch; image += images) {
      yield {image, images: Math.min(images, batch - image), row: 0, rows: height};
    }
    return;
  }
  let rows = height;
  while (rows > 1 && bytesOf(rows) > limit) rows = Math.ceil(rows / 2);
  for (let image = 0; image < batch; image++) {
    for (let row = 0; row < height; row += rows) {
      yield {image, images: 1, row, rows: Math.min(rows, height - row)};
    }
  }
}
