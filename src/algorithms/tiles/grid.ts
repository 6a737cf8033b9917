import type {Block} from '../windows/blocks.js';
import {type BlockParts, cut} from '../windows/cut.js';
import type {Region} from '../windows/region.js';
import type {Pair} from './turning.js';

/** An image of N × height × width pixels as tiles, the last of which may hang over its end. */
export interface Grid {
  blocks: readonly Block[];
  /** Tiles of the largest block. */
  most: number;
  /** Tiles of a row. */
  columns: number;
  /** The pixels under a block's tiles in an image that begins so far above and left of them, with `more` pixels after the last. */
  region(block: Block, top: number, left: number, more: Pair): Region;
  /** Floats of that region of the largest block, for so many channels. */
  floatsOf(more: Pair, channels: number): number;
  /** Writes where each tile of a block begins in its region, in bytes. @returns how many there are */
  place(block: Block, more: Pair, channels: number, into: Int32Array): number;
}

/** @param floatsPerTile what a block takes for each tile; blocks take about `limit` bytes, but for single rows of tiles */
export function gridOf(
  [batch, height, width]: readonly [number, number, number],
  [tileHeight, tileWidth]: Pair,
  floatsPerTile: number,
  limit: number,
  parts: BlockParts,
): Grid {
  const [tileRows, columns] = [Math.ceil(height / tileHeight), Math.ceil(width / tileWidth)];
  const {blocks} = cut(batch, tileRows, (rows) => rows * columns * floatsPerTile, 0, limit, parts);
  const [{images, rows}] = blocks; // as large as any
  return {
    ...{blocks, most: images * rows * columns, columns},
    region: ({row, rows}, top, left, [below, right]) => ({
      ...{firstRow: row * tileHeight - top, rows: rows * tileHeight + below},
      ...{firstColumn: -left, columns: columns * tileWidth + right},
    }),
    floatsOf: ([below, right], channels) =>
      images * (rows * tileHeight + below) * (columns * tileWidth + right) * channels,
    place({images, rows}, [below, right], channels, into) {
      let tile = 0;
      for (let n = 0; n < images; n++) {
        for (let row = 0; row < rows; row++) {
          const line = (n * (rows * tileHeight + below) + row * tileHeight) * (columns * tileWidth + right);
          for (let column = 0; column < columns; column++) into[tile++] = 4 * channels * (line + column * tileWidth);
        }
      }
      return tile;
    },
  };
}
