import type {PackedBatch, PackedMatrix} from './engine.js';

/** Panels of columns, one after another, starting at an address in the memory. */
export interface Panels extends PackedMatrix {
  address: number;
}

/** Columns that are stored together: up to eight or four as vectors. One to three columns are stored one by one. */
export interface Panel {
  column: number;
  columns: number;
  /** The columns, including padding to whole vectors; 1 if columns are stored one by one. */
  width: 8 | 4 | 1;
  /** The panel's address in the memory. */
  address: number;
  /** Bytes from one row to the next, and bytes between columns that are stored one by one. */
  rowStep: number;
  columnStep: number;
}

/** The panels of a packed matrix. A panel has eight columns as long as more than four are left. */
export function* panelsOf({k, n, address}: Panels): Generator<Panel> {
  for (let column = 0; column < n; ) {
    const left = n - column;
    const width = left > 4 ? 8 : left === 4 ? 4 : 1;
    const columns = width === 1 ? left : Math.min(width, left);
    // Each row of the preceding panels takes `column` floats, because only the last panel is padded.
    yield {column, columns, width, address: address + 4 * column * k, rowStep: 4 * width, columnStep: 4 * k};
    column += columns;
  }
}

/** The panels of a row-major matrix of n columns. They have no padding. */
export function* panelsOfRows(n: number, address: number, rowStep: number): Generator<Panel> {
  for (let column = 0; column < n; ) {
    const left = n - column;
    const width = left >= 8 ? 8 : left >= 4 ? 4 : 1;
    const columns = width === 1 ? left : width;
    yield {column, columns, width, address: address + 4 * column, rowStep, columnStep: 4};
    column += columns;
  }
}

/** Bytes that the panels of k rows and n columns take at most. */
export function panelBytes(k: number, n: number): number {
  return 4 * k * (Math.ceil(n / 4) * 4);
}

/**
 * Panels of many matrices, starting at an address in the memory: the first panel of every matrix, then the second of every
 * matrix, and so on.
 */
export interface BatchPanels extends PackedBatch {
  address: number;
}

/** The panels of the first matrix, and the distance from each to the same panel of the next matrix, in bytes. */
export function* batchPanelsOf({count, address, ...size}: BatchPanels): Generator<Panel & {step: number}> {
  let at = address;
  for (const panel of panelsOf({...size, address})) {
    const step = panelStep(size.k, panel.width === 1 ? panel.columns : panel.width);
    yield {...panel, address: at, step};
    at += count * step;
  }
}

/**
 * The same step as in `assembly/batchedGemm.mjs`. Its padding keeps panels of a power of two of bytes from mapping to the same
 * cache lines.
 */
function panelStep(k: number, width: number): number {
  return (4 * k * width + 79) & ~15;
}

export function batchPanelBytes(count: number, k: number, n: number): number {
  let bytes = 0;
  for (const {step} of batchPanelsOf({count, k, n, address: 0})) bytes += count * step;
  return bytes;
}
