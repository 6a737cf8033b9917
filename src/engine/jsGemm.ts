import {countHit, makeCounters} from './coverageCounter.js';
import type {Gemm, IndirectGemm, IndirectGemmTransposed, MatrixBatch} from './engine.js';
import {jsMemory, type PackedBatchPairs, type PackedPairs, pairColumns as tileColumns} from './jsMemory.js';
import {withMultiply} from './multiply.js';

/** Rows of a micro-kernel's tile of two columns: its 4·2 double accumulators and 6 operands fit the 16 registers of x64. */
const tileRows = 4;
/** Doubles of packed windows kept at a time: 256 kB, which stays in a level-2 cache. */
const blockSize = 32_768;

/** Counters of the tiles by size, whole and cut. The index is (rows − 1)·tileColumns + columns − 1. */
const tiles = makeCounters(
  Array.from(
    {length: tileRows * tileColumns},
    (_, i) => `js tile ${Math.floor(i / tileColumns) + 1}×${(i % tileColumns) + 1}`,
  ),
);
const [nextBlock, accumulating] = makeCounters(['js, a second block of rows', 'js, accumulating']);
export const gemmCounters = [...tiles, nextBlock, accumulating];

/** Copies the windows of `count` ≤ 4 rows, from row `first` on, into `to`, interleaved: to[at + p·4 + row]. Missing rows become zeros. */
type PackRows = (first: number, count: number, to: Float64Array, at: number) => void;

/** Products of matrices in plain JavaScript, in double. Both operands are packed, so that the inner loop reads sequentially. */
export const jsGemm: Gemm = withMultiply(jsMemory, {
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
});

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

function matrixAt({data, step}: MatrixBatch, index: number): Float32Array {
  return data.subarray((index * step) >> 2);
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
