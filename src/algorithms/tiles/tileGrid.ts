import type {ImageBlock} from '../windows/blocks.js';
import {type BlockCounters, cacheBlocks} from '../windows/cacheBlocks.js';
import type {Region} from '../windows/region.js';
import type {Pair} from './tileTransform.js';

/** An image of N × height × width pixels as tiles, the last of which may hang over its end. */
export interface TileGrid {
  blocks: readonly ImageBlock[];
  /** Tiles of the largest block. */
  maxTiles: number;
  /** Tiles of a row. */
  columns: number;
  /** The pixels under a block's tiles in an image that begins so far above and left of them, with `halo` pixels after the last. */
  region(block: ImageBlock, top: number, left: number, halo: Pair): Region;
  /** Floats of that region of the largest block, for so many channels. */
  floatsOf(halo: Pair, channels: number): number;
  /** Writes where each tile of a block begins in its region, in bytes. @returns how many there are */
  writeOffsets(block: ImageBlock, halo: Pair, channels: number, into: Int32Array): number;
}

/** @param floatsPerTile what a block takes for each tile; blocks take about `limit` bytes, but for single rows of tiles */
export function tileGridOf(
  [batch, height, width]: readonly [number, number, number],
  [tileHeight, tileWidth]: Pair,
  floatsPerTile: number,
  limit: number,
  counters: BlockCounters,
): TileGrid {
  const [tileRows, columns] = [Math.ceil(height / tileHeight), Math.ceil(width / tileWidth)];
  const {blocks} = cacheBlocks(batch, tileRows, (rows) => rows * columns * floatsPerTile, 0, limit, counters);
  const [{images, rows}] = blocks; // as large as any
  return {
    ...{blocks, maxTiles: images * rows * columns, columns},
    region: ({row, rows}, top, left, [below, right]) => ({
      ...{firstRow: row * tileHeight - top, rows: rows * tileHeight + below},
      ...{firstColumn: -left, columns: columns * tileWidth + right},
    }),
    floatsOf: ([below, right], channels) =>
      images * (rows * tileHeight + below) * (columns * tileWidth + right) * channels,
    writeOffsets({images, rows}, [below, right], channels, into) {
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
