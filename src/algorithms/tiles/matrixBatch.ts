import {type Arena, arrayBytes, type MatrixBatch} from '../../engine/engine.js';
import {evenOffsets} from '../../engine/evenOffsets.js';

/** The layout of the matrices of a batch. */
export interface BatchLayout {
  count: number;
  /**
   * If true, the rows of all matrices for one tile lie side by side, which suits transforming the tile. If false, the rows of one
   * matrix do, which suits the products.
   */
  interleaved: boolean;
}

/**
 * Floats from matrix to matrix, from row to row, and in total. Padding avoids large powers of two, which would put all matrices
 * in the same cache lines.
 */
function sizesOf(
  {count, interleaved}: BatchLayout,
  rows: number,
  columns: number,
): {matrix: number; row: number; all: number} {
  if (interleaved) {
    const matrix = columns % 32 === 0 ? columns + 16 : Math.ceil(columns / 4) * 4;
    return {matrix, row: count * matrix, all: rows * count * matrix};
  }
  const matrix = Math.ceil((rows * columns) / 1024) * 1024 + 16;
  return {matrix, row: columns, all: count * matrix};
}

export function batchBytes(layout: BatchLayout, rows: number, columns: number): number {
  return 4 * (sizesOf(layout, rows, columns).all + rows) + 2 * arrayBytes;
}

export function allocateBatch(arena: Arena, layout: BatchLayout, rows: number, columns: number): MatrixBatch {
  const {matrix, row, all: floats} = sizesOf(layout, rows, columns);
  return {
    data: arena.floats(floats),
    step: 4 * matrix,
    rowStep: 4 * row,
    rowOffsets: evenOffsets(arena, rows, 4 * row),
  };
}

/** The same matrices with fewer rows. */
export function firstRows(batch: MatrixBatch, rows: number): MatrixBatch {
  return {...batch, rowOffsets: batch.rowOffsets.subarray(0, rows)};
}

/**
 * Bytes of matrices that are used at a time. They stay in a level-2 cache, unless C×F matrices are larger than that. These are
 * then read from beyond the cache for each block, and large blocks make that rare.
 */
export function blockBytesOf(count: number, C: number, F: number): number {
  return Math.max(1 << 20, 4 * count * C * F);
}

/** Data larger than this are read and written beyond the level-2 cache, which takes longer than the rates say. */
export const level2CacheBytes = 1 << 21;
