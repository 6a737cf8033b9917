import {ConvgradError} from '../geometry/error.js';
import type {EngineMemory, PackedBatch, PackedMatrix, WinogradTiles} from './engine.js';

/** Columns that are packed together, those of a micro-kernel's tile. */
export const pairColumns = 2;

/** Offsets are bytes in signed 32-bit integers. */
const maxBytes = 2 ** 31 - 1;

/** Pairs of columns, one pair after another: element (p, column) of a pair is data[(pair·k + p)·2 + column]. */
export interface PackedPairs extends PackedMatrix {
  data: Float64Array;
}

/** The packed matrices of a batch, by index. */
export interface PackedBatchPairs extends PackedBatch {
  each: readonly PackedPairs[];
}

/** The memory of the engine in plain JavaScript. Arenas are ordinary arrays, and matrices are packed as doubles. */
export const jsMemory: EngineMemory = {
  withArena(bytes, fn) {
    if (bytes > maxBytes) {
      throw new ConvgradError(
        undefined,
        `the arithmetic needs ${bytes} bytes beside the tensors, more than the ${maxBytes} that it can address; use smaller batches or images.`,
      );
    }
    return fn({floats: (length) => new Float32Array(length), integers: (length) => new Int32Array(length)});
  },
  cached: () => undefined,
  packedBytes: () => 0,

  reservePacked: (_arena, k, n) => roomOf(k, n),

  packedBatchBytes: () => 0,

  reservePackedBatch: (_arena, count, k, n): PackedBatchPairs => ({
    ...{count, k, n},
    each: Array.from({length: count}, () => roomOf(k, n)),
  }),

  pack(room, blocks): PackedPairs {
    const {n, data} = room as PackedPairs;
    const k = blocks.reduce((sum, {rows}) => sum + rows, 0);
    let above = 0;
    for (const {data: from, offset, rowStride, columnStride, rows} of blocks) {
      for (let j = 0; j < n; j++) {
        let to = (j - (j % pairColumns)) * k + above * pairColumns + (j % pairColumns);
        let source = offset + j * columnStride;
        for (let p = 0; p < rows; p++, to += pairColumns, source += rowStride) data[to] = from[source];
      }
      above += rows;
    }
    return {k, n, data};
  },

  copy({data, offset, rowStride, columnStride, rows}, n, out, pitch) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < n; j++) out[i * pitch + j] = data[offset + i * rowStride + j * columnStride];
    }
  },

  repeat({source, times, out}) {
    for (let m = 0; m < times; m++) for (let i = 0, to = m; i < source.length; i++, to += times) out[to] = source[i];
  },
};

function roomOf(k: number, n: number): PackedPairs {
  return {k, n, data: new Float64Array(Math.ceil(n / pairColumns) * pairColumns * k)};
}

/** Packed matrices with a row for each tile and a column for each lane, and `put`, which writes their elements. */
export function packedRows(room: PackedBatch, {tileOffsets, lanes}: Pick<WinogradTiles, 'tileOffsets' | 'lanes'>) {
  const size = {k: tileOffsets.length, n: lanes};
  const each = (room as PackedBatchPairs).each.map((matrix) => ({...matrix, ...size}));
  const put = (matrix: number, row: number, column: number, value: number) => {
    const odd = column % pairColumns;
    each[matrix].data[(column - odd) * size.k + row * pairColumns + odd] = value;
  };
  const batch: PackedBatchPairs = {count: room.count, ...size, each};
  return {batch, put};
}
