import type {Engine, Matrix} from './engine.js';
import {makeParts} from './part.js';

/** Rows and columns of c that one pass of the micro-kernel computes: 4·2 double accumulators and 6 operands fit the 16 registers of x64. */
const tileRows = 4;
const tileColumns = 2;
/** Doubles of packed a kept at a time: 256 kB, which stays in a level-2 cache. */
const blockSize = 32_768;

/** The tiles by size, whole and cut, in the order of (rows − 1)·tileColumns + columns − 1. */
const tiles = makeParts(
  Array.from(
    {length: tileRows * tileColumns},
    (_, i) => `js gemm tile ${Math.floor(i / tileColumns) + 1}×${(i % tileColumns) + 1}`,
  ),
);
const [nextBlock, accumulating] = makeParts(['js gemm, a second block of rows', 'js gemm, accumulating']);

/**
 * The engine in plain JavaScript: packs both operands into doubles, so that the inner loop reads straight ahead, and accumulates in double,
 * so that each element is rounded once. Runs wherever JavaScript runs.
 */
export const jsEngine: Engine = {
  name: 'js',
  parts: [...tiles, nextBlock, accumulating],
  gemm(m, n, k, a, b, c, accumulate) {
    const blockRows = Math.max(tileRows, Math.floor(blockSize / Math.max(1, k) / tileRows) * tileRows);
    const rowsAtOnce = Math.min(blockRows, Math.ceil(m / tileRows) * tileRows);
    const packedA = new Float64Array(rowsAtOnce * k);
    const packedB = new Float64Array(tileColumns * k);
    if (accumulate) accumulating.hits++;
    for (let row = 0; row < m; row += blockRows) {
      if (row > 0) nextBlock.hits++;
      const rows = Math.min(blockRows, m - row);
      for (let i = 0; i < rows; i += tileRows) {
        pack(
          a.data,
          a.offset + (row + i) * a.rowStride,
          a.rowStride,
          a.columnStride,
          Math.min(tileRows, rows - i),
          tileRows,
          k,
          packedA,
          i * k,
        );
      }
      for (let column = 0; column < n; column += tileColumns) {
        const columns = Math.min(tileColumns, n - column);
        pack(
          b.data,
          b.offset + column * b.columnStride,
          b.columnStride,
          b.rowStride,
          columns,
          tileColumns,
          k,
          packedB,
          0,
        );
        for (let i = 0; i < rows; i += tileRows) {
          tile(packedA, i * k, packedB, k);
          const height = Math.min(tileRows, rows - i);
          tiles[(height - 1) * tileColumns + columns - 1].hits++;
          store(c, row + i, column, height, columns, accumulate);
        }
      }
    }
  },
};

/** Interleaves `count` lines of length k, zero-filled up to `width` lines: packed[p·width + i] = line i, element p. */
function pack(
  data: Float32Array,
  offset: number,
  lineStride: number,
  elementStride: number,
  count: number,
  width: number,
  k: number,
  packed: Float64Array,
  at: number,
): void {
  for (let i = 0; i < width; i++) {
    const from = offset + i * lineStride;
    if (i < count) for (let p = 0; p < k; p++) packed[at + p * width + i] = data[from + p * elementStride];
    else for (let p = 0; p < k; p++) packed[at + p * width + i] = 0;
  }
}

const sums = new Float64Array(tileRows * tileColumns);

/** sums[i, j] = Σ_p a[p, i]·b[p, j] for one 4×2 tile. */
function tile(a: Float64Array, at: number, b: Float64Array, k: number): void {
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  let s20 = 0;
  let s21 = 0;
  let s30 = 0;
  let s31 = 0;
  for (let p = 0, i = at, j = 0; p < k; p++, i += tileRows, j += tileColumns) {
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

function store(c: Matrix, row: number, column: number, rows: number, columns: number, accumulate: boolean): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = c.offset + (row + i) * c.rowStride + (column + j) * c.columnStride;
      const sum = sums[i * tileColumns + j];
      c.data[at] = accumulate ? c.data[at] + sum : sum;
    }
  }
}
