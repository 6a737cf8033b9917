import {type Arena, arrayBytes, type MatrixBatch} from '../../engine/engine.js';
import {evenOffsets} from '../../engine/evenOffsets.js';

/** How the matrices of a batch lie. */
export interface BatchLayout {
  count: number;
  /** Whether the rows of all matrices of a tile lie side by side, for whoever transforms it; else those of a matrix do, for whoever sums it. */
  interleaved: boolean;
}

/** Floats from matrix to matrix, from row to row and in all. No powers of two, since then all matrices would meet in the same lines of a cache. */
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
 * Bytes of matrices that are worked on at a time. They stay in a level-2 cache, but where C×F matrices are larger than that: then those are read from beyond
 * it for each block, and large blocks have it happen seldom.
 */
export function blockBytesOf(count: number, C: number, F: number): number {
  return Math.max(1 << 20, 4 * count * C * F);
}

/** What takes more bytes than a level-2 cache is read and written beyond it, which takes longer than rates say. */
export const level2CacheBytes = 1 << 21;
