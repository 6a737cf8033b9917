import type {Block} from '../windows/blocks.js';
import {type BlockParts, cut} from '../windows/cut.js';
import type {Region} from '../windows/region.js';

/** An image of N × height × width pixels as tiles of m×m, the last of which may hang over its end. */
export interface Grid {
  blocks: readonly Block[];
  /** Tiles of the largest block. */
  most: number;
  /** Tiles of a row. */
  columns: number;
  /** The pixels under a block's tiles in an image that begins so far above and left of them, with `more` pixels after the last. */
  region(block: Block, top: number, left: number, more: number): Region;
  /** Floats of that region of the largest block, for so many channels. */
  floatsOf(more: number, channels: number): number;
  /** Writes where each tile of a block begins in its region, in bytes. @returns how many there are */
  place(block: Block, more: number, channels: number, into: Int32Array): number;
}

/** @param floatsPerTile what a block takes for each tile; blocks take about `limit` bytes, but for single rows of tiles */
export function gridOf(
  [batch, height, width]: readonly [number, number, number],
  m: number,
  floatsPerTile: number,
  limit: number,
  parts: BlockParts,
): Grid {
  const [tileRows, columns] = [Math.ceil(height / m), Math.ceil(width / m)];
  const {blocks} = cut(batch, tileRows, (rows) => rows * columns * floatsPerTile, 0, limit, parts);
  const [{images, rows}] = blocks; // as large as any
  return {
    ...{blocks, most: images * rows * columns, columns},
    region: ({row, rows}, top, left, more) => ({
      ...{firstRow: row * m - top, rows: rows * m + more},
      ...{firstColumn: -left, columns: columns * m + more},
    }),
    floatsOf: (more, channels) => images * (rows * m + more) * (columns * m + more) * channels,
    place({images, rows}, more, channels, into) {
      let tile = 0;
      for (let n = 0; n < images; n++) {
        for (let row = 0; row < rows; row++) {
          const line = (n * (rows * m + more) + row * m) * (columns * m + more);
          for (let column = 0; column < columns; column++) into[tile++] = 4 * channels * (line + column * m);
        }
      }
      return tile;
    },
  };
}
