import {activations} from '../geometry/activations.js';
import {ConvgradError} from '../geometry/error.js';
import {countHit, makeCounters} from './coverageCounter.js';
import type {
  Engine,
  EngineMemory,
  IndirectGemm,
  IndirectGemmTransposed,
  MatrixBatch,
  PackedBatch,
  PackedMatrix,
  WinogradTiles,
} from './engine.js';
import {dwconv, dwconvCounters, repeat, sumRepeats} from './jsDwconv.js';
import {fourier, fourierCounters, fourierInverse} from './jsFourier.js';
import {tileTransformCounters, transformTiles, transformTilesInto} from './jsTileTransform.js';
import {withMultiply} from './multiply.js';
import {tileMatrix} from './tileMatrices.js';

/** Rows and columns of a micro-kernel's tile: its 4·2 double accumulators and 6 operands fit the 16 registers of x64. */
const tileRows = 4;
const tileColumns = 2;
/** Doubles of packed windows kept at a time: 256 kB, which stays in a level-2 cache. */
const blockSize = 32_768;

/** Offsets are bytes in signed 32-bit integers. */
const maxBytes = 2 ** 31 - 1;

/** Counters of the tiles by size, whole and cut. The index is (rows − 1)·tileColumns + columns − 1. */
const tiles = makeCounters(
  Array.from(
    {length: tileRows * tileColumns},
    (_, i) => `js tile ${Math.floor(i / tileColumns) + 1}×${(i % tileColumns) + 1}`,
  ),
);
const [nextBlock, accumulating] = makeCounters(['js, a second block of rows', 'js, accumulating']);

/** Pairs of columns, one pair after another: element (p, column) of a pair is data[(pair·k + p)·2 + column]. */
interface PackedPairs extends PackedMatrix {
  data: Float64Array;
}

/** The packed matrices of a batch, by index. */
interface PackedBatchPairs extends PackedBatch {
  each: readonly PackedPairs[];
}

/** Copies the windows of `count` ≤ 4 rows, from row `first` on, into `to`, interleaved: to[at + p·4 + row]. Missing rows become zeros. */
type PackRows = (first: number, count: number, to: Float64Array, at: number) => void;

const memory: EngineMemory = {
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
        let to = (j - (j % tileColumns)) * k + above * tileColumns + (j % tileColumns);
        let source = offset + j * columnStride;
        for (let p = 0; p < rows; p++, to += tileColumns, source += rowStride) data[to] = from[source];
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

  repeat,
};

/**
 * The engine in plain JavaScript. It packs both operands into doubles, so that the inner loop reads sequentially. It accumulates
 * in double and rounds each element once. It runs wherever JavaScript runs.
 */
export const jsEngine: Engine = {
  name: 'js',
  counters: [...tiles, nextBlock, accumulating, ...dwconvCounters, ...tileTransformCounters, ...fourierCounters],
  memory,

  gemm: withMultiply(memory, {
    igemm,
    igemmTransposed,

    batchedGemm({source, columns: segments, b, out}) {
      (b as PackedBatchPairs).each.forEach((each, index) => {
        igemm({
          source: matrixAt(source, index),
          pixelOffsets: source.rowOffsets,
          segments,
          b: each,
          out: matrixAt(out, index),
          outOffsets: out.rowOffsets,
        });
      });
    },

    batchedGemmTransposed({source, columns: rowOffsets, b, out, accumulate}) {
      (b as PackedBatchPairs).each.forEach((each, index) => {
        igemmTransposed({
          source: matrixAt(source, index),
          rowOffsets,
          pixelOffsets: source.rowOffsets,
          b: each,
          out: matrixAt(out, index),
          outOffsets: out.rowOffsets,
          accumulate,
        });
      });
    },
  }),

  tiles: {
    transformTiles: (work) => transformTiles(work),

    transformTilesPacked: (work, room) => transformTilesPacked(work, room),

    fourier(work, {data, step, rowOffsets: rows}) {
      fourier(work, (index, tile, lane, value) => {
        data[((index * step + rows[tile]) >> 2) + lane] = value;
      });
    },

    fourierPacked(work, room) {
      const {batch, put} = packed(room, work);
      fourier(work, put);
      return batch;
    },

    fourierInverse,
  },

  depthwise: {
    dwconv,
    sumRepeats,

    applyEpilogue(out, count, n, {bias, activation, slopes, alpha}) {
      const {value} = activations[activation];
      for (let p = 0, i = 0; p < count; p++) {
        for (let j = 0; j < n; j++, i++) {
          out[i] = value(bias ? Math.fround(out[i] + bias[j]) : out[i], slopes ? slopes[j] : alpha);
        }
      }
    },
  },

  threads: () => 1,
  threadsFor: () => 1,
  release() {},

  probe(iterations) {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = sums;
    for (let iteration = 0; iteration < iterations; iteration++) {
      s0 = s0 * 0.5 + 1;
      s1 = s1 * 0.5 + 1;
      s2 = s2 * 0.5 + 1;
      s3 = s3 * 0.5 + 1;
      s4 = s4 * 0.5 + 1;
      s5 = s5 * 0.5 + 1;
      s6 = s6 * 0.5 + 1;
      s7 = s7 * 0.5 + 1;
    }
    sums.set([s0, s1, s2, s3, s4, s5, s6, s7]); // without a use, compilers could drop the loop
    return iterations * 16;
  },
};

function igemm({source, pixelOffsets, segments, b, out, outOffsets}: IndirectGemm): void {
  const packRows: PackRows = (first, count, to, at) => {
    for (let i = 0; i < tileRows; i++) {
      let p = at + i;
      for (let r = 0; r < segments.length; r += 2) {
        let from = i < count ? (pixelOffsets[first + i] + segments[r]) >> 2 : 0;
        for (const end = p + segments[r + 1] * tileRows; p < end; p += tileRows) to[p] = i < count ? source[from++] : 0;
      }
    }
  };
  multiply(
    pixelOffsets.length,
    packRows,
    b as PackedPairs,
    out,
    (row) => (outOffsets ? outOffsets[row] >> 2 : row * b.n),
    false,
  );
}

/** @param outOffsets where each row of sums goes, in bytes; without it, rows follow one another */
function igemmTransposed({
  source,
  rowOffsets,
  pixelOffsets,
  b,
  out,
  outOffsets,
  accumulate,
}: IndirectGemmTransposed & {outOffsets?: Int32Array}): void {
  const packRows: PackRows = (first, count, to, at) => {
    for (let i = 0; i < tileRows; i++) {
      const offset = i < count ? rowOffsets[first + i] : 0;
      for (let p = 0; p < pixelOffsets.length; p++) {
        to[at + p * tileRows + i] = i < count ? source[(offset + pixelOffsets[p]) >> 2] : 0;
      }
    }
  };
  multiply(
    rowOffsets.length,
    packRows,
    b as PackedPairs,
    out,
    (row) => (outOffsets ? outOffsets[row] >> 2 : row * b.n),
    accumulate,
  );
}

function roomOf(k: number, n: number): PackedPairs {
  return {k, n, data: new Float64Array(Math.ceil(n / tileColumns) * tileColumns * k)};
}

function matrixAt({data, step}: MatrixBatch, index: number): Float32Array {
  return data.subarray((index * step) >> 2);
}

/** @param matrix defaults to the matrix that `work` names */
function transformTilesPacked(
  work: WinogradTiles,
  room: PackedBatch,
  matrix?: readonly (readonly number[])[],
): PackedBatch {
  const {batch, put} = packed(room, work);
  transformTilesInto(work, put, matrix);
  return batch;
}

/** Packed matrices with a row for each tile and a column for each lane, and `put`, which writes their elements. */
function packed(room: PackedBatch, {tileOffsets, lanes}: Pick<WinogradTiles, 'tileOffsets' | 'lanes'>) {
  const size = {k: tileOffsets.length, n: lanes};
  const each = (room as PackedBatchPairs).each.map((matrix) => ({...matrix, ...size}));
  const put = (matrix: number, row: number, column: number, value: number) => {
    const odd = column % tileColumns;
    each[matrix].data[(column - odd) * size.k + row * tileColumns + odd] = value;
  };
  const batch: PackedBatchPairs = {count: room.count, ...size, each};
  return {batch, put};
}

/**
 * The same engine with the absolute values of the matrices that transform tiles. On absolute values of the inputs, its result is
 * at least as large as any intermediate of the original computation. This bounds rounding.
 */
export const absoluteEngine: Engine = {
  ...jsEngine,
  tiles: {
    ...jsEngine.tiles,
    transformTiles: (work) => transformTiles(work, absolute(work)),
    transformTilesPacked: (work, room) => transformTilesPacked(work, room, absolute(work)),
  },
};

function absolute({matrix}: WinogradTiles): number[][] {
  return tileMatrix(matrix).map((row) => row.map(Math.abs));
}

/** out[offsetOf(row) + j] = Σ_p a[row, p]·b[p, j], added to out with `accumulate`. `packRows` makes the rows of a. */
function multiply(
  m: number,
  packRows: PackRows,
  {k, n, data}: PackedPairs,
  out: Float32Array,
  offsetOf: (row: number) => number,
  accumulate: boolean,
): void {
  const blockRows = Math.max(tileRows, Math.floor(blockSize / Math.max(1, k) / tileRows) * tileRows);
  const packed = new Float64Array(Math.min(blockRows, Math.ceil(m / tileRows) * tileRows) * k);
  if (accumulate) countHit?.(accumulating);
  for (let block = 0; block < m; block += blockRows) {
    if (block > 0) countHit?.(nextBlock);
    const rows = Math.min(blockRows, m - block);
    for (let i = 0; i < rows; i += tileRows) packRows(block + i, Math.min(tileRows, rows - i), packed, i * k);
    for (let column = 0; column < n; column += tileColumns) {
      const columns = Math.min(tileColumns, n - column);
      for (let i = 0; i < rows; i += tileRows) {
        tile(packed, i * k, data, column * k, k);
        const height = Math.min(tileRows, rows - i);
        countHit?.(tiles[(height - 1) * tileColumns + columns - 1]);
        for (let row = 0; row < height; row++) {
          const at = offsetOf(block + i + row) + column;
          for (let j = 0; j < columns; j++) {
            const sum = sums[row * tileColumns + j];
            out[at + j] = accumulate ? out[at + j] + sum : sum;
          }
        }
      }
    }
  }
}

const sums = new Float64Array(tileRows * tileColumns);

/** sums[i, j] = Σ_p a[p, i]·b[p, j] for one 4×2 tile. */
function tile(a: Float64Array, firstA: number, b: Float64Array, firstB: number, k: number): void {
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  let s20 = 0;
  let s21 = 0;
  let s30 = 0;
  let s31 = 0;
  for (let p = 0, i = firstA, j = firstB; p < k; p++, i += tileRows, j += tileColumns) {
    const b0 = b[j];
    const b1 = b[j + 1];
    const a0 = a[i];
    const a1 = a[i + 1];
    const a2 = a[i + 2];
    const a3 = a[i + 3];
    s00 += a0 * b0;
    s01 += a0 * b1;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s30 += a3 * b0;
    s31 += a3 * b1;
  }
  sums[0] = s00;
  sums[1] = s01;
  sums[2] = s10;
  sums[3] = s11;
  sums[4] = s20;
  sums[5] = s21;
  sums[6] = s30;
  sums[7] = s31;
}
