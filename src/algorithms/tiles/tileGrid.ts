import type {ImageBlock} from '../windows/blocks.js';
import {type BlockCounters, cacheBlocks} from '../windows/cacheBlocks.js';
import type {Region} from '../windows/region.js';
import type {Pair} from './tileTransform.js';

/** Images of N × height × width pixels, divided into tiles. The last tile of a row or column may extend beyond the image. */
export interface TileGrid {
  blocks: readonly ImageBlock[];
  /** Tiles of the largest block. */
  maxTiles: number;
  /** Tiles in a row. */
  columns: number;
  /**
   * The source pixels that a block's tiles see. Pixel (r, c) of the tiles is pixel (r − top, c − left) of the source; `halo`
   * pixels follow the last tile.
   */
  region(block: ImageBlock, top: number, left: number, halo: Pair): Region;
  /** Floats of the largest block's region, for so many channels. */
  floatsOf(halo: Pair, channels: number): number;
  /** Writes where each tile of a block begins in its region, in bytes. @returns the number of tiles */
  writeOffsets(block: ImageBlock, halo: Pair, channels: number, into: Int32Array): number;
}

/**
 * @param floatsPerTile the floats that a block needs for each tile
 * @param limit the bytes of a block, unless it is a single row of tiles
 */
export function tileGridOf(
  [batch, height, width]: readonly [number, number, number],
  [tileHeight, tileWidth]: Pair,
  floatsPerTile: number,
  limit: number,
  counters: BlockCounters,
): TileGrid {
  const [tileRows, columns] = [Math.ceil(height / tileHeight), Math.ceil(width / tileWidth)];
  const {blocks} = cacheBlocks(batch, tileRows, (rows) => rows * columns * floatsPerTile, 0, limit, counters);
  const [{images, rows}] = blocks; // the first block is the largest
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
