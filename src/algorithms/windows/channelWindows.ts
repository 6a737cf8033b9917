import {type Arena, arrayBytes, type Engine} from '../../engine/engine.js';
import type {ImageBlock} from './blocks.js';
import {type BlockCounters, cacheBlocks} from './cacheBlocks.js';
import {sourceRange, type TapRange} from './tapRange.js';
import {type TapGroup, tapTables} from './tapTables.js';

/** A block that is loaded into the arena. */
export interface LoadedBlock {
  /** The index of the block's first pixel among all pixels, and the number of its pixels. */
  first: number;
  count: number;
  groups: readonly TapGroup[];
}

/** The data that a pass of a depthwise convolution reads and writes, block by block, lane by lane. */
export interface ChannelWindows {
  blocks: readonly ImageBlock[];
  /** Bytes of the arena that all arrays and tables take. */
  bytes: number;
  open(arena: Arena): {
    /** Rows of x or dy, with a lane for each output channel. */
    source: Float32Array;
    /** [pixels of the largest block, lanes] */
    pixels: Float32Array;
    /** [taps, lanes] */
    weights: Float32Array;
    /** Room for the channels of the larger of source and pixels before they are repeated; empty if each channel has one lane. */
    narrow: Float32Array;
    /** Copies the rows that a block reads into the source, each channel `times` times. */
    load(from: Float32Array, times: number, block: ImageBlock, engine: Engine): LoadedBlock;
  };
}

/**
 * @param batch the batch of the pass's results; tapRanges hold their rows and columns
 * @param multiplier lanes for each channel
 * @param limit bytes of a block
 */
export function channelWindows(
  batch: number,
  tapRanges: readonly [TapRange, TapRange],
  [filterHeight, filterWidth]: readonly [number, number],
  lanes: number,
  multiplier: number,
  limit: number,
  counters: BlockCounters,
): ChannelWindows {
  const [rows, columns] = tapRanges;
  const line = columns.sourceSize * lanes;
  const blocking = cacheBlocks(
    batch,
    rows.size,
    (count) => maxRowsRead(rows, count) * line,
    columns.size * lanes,
    limit,
    counters,
  );
  const {blocks, floats} = blocking;
  const maxPixels = blocking.rows * columns.size;
  const tables = tapTables(tapRanges, filterWidth, lanes, maxPixels);
  const sizes = [floats, maxPixels * lanes, filterHeight * filterWidth * lanes];
  const narrowSize = multiplier > 1 ? Math.max(floats, maxPixels * lanes) / multiplier : 0;
  const inAll = sizes.reduce((sum, size) => sum + size, narrowSize + tables.integers);

  return {
    blocks,
    bytes: 4 * inAll + 5 * arrayBytes,
    open(arena) {
      const [source, pixels, weights, narrow] = [...sizes, narrowSize].map((size) => arena.floats(size));
      const tablesOf = tables.open(arena);
      return {
        ...{source, pixels, weights, narrow},
        load(from, times, block, engine) {
          const read = sourceRange(rows, block.row, block.rows);
          const size = (read.count * line) / times;
          const into = times > 1 ? narrow : source;
          for (let n = 0; n < block.images; n++) {
            const at = ((block.image + n) * rows.sourceSize + read.first) * (line / times);
            into.set(from.subarray(at, at + size), n * size);
          }
          if (times > 1) engine.memory.repeat({source: narrow.subarray(0, block.images * size), times, out: source});
          return {
            first: (block.image * rows.size + block.row) * columns.size,
            count: block.images * block.rows * columns.size,
            groups: tablesOf(block),
          };
        },
      };
    },
  };
}

/** How many rows of the source a block of `rows` rows of results reads at most. */
function maxRowsRead(tapRange: TapRange, rows: number): number {
  let most = 0;
  for (let row = 0; row < tapRange.size; row += rows) most = Math.max(most, sourceRange(tapRange, row, rows).count);
  return most;
}
