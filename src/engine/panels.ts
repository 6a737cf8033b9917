import type {PackedBatch, PackedMatrix} from './engine.js';

/** Panels of columns one after another, from an address in the memory. */
export interface Panels extends PackedMatrix {
  address: number;
}

/** Columns that go together: eight or four as vectors, fewer each for itself. */
export interface Panel {
  column: number;
  columns: number;
  /** Columns with those that fill up the vectors; 1 where each column lies for itself. */
  width: 8 | 4 | 1;
  /** Its address in the memory. */
  address: number;
  /** Bytes from one row to the next, and between columns that lie each for itself. */
  rowStep: number;
  columnStep: number;
}

/** The panels: of eight columns, as long as there are more than four left. */
export function* panelsOf({k, n, address}: Panels): Generator<Panel> {
  for (let column = 0; column < n; ) {
    const left = n - column;
    const width = left > 4 ? 8 : left === 4 ? 4 : 1;
    const columns = width === 1 ? left : Math.min(width, left);
    // Each row of the panels before takes `column` floats: only the last is ever filled up.
    yield {column, columns, width, address: address + 4 * column * k, rowStep: 4 * width, columnStep: 4 * k};
    column += columns;
  }
}

/** A matrix of n columns that lies row by row, as panels that fill nothing up. */
export function* panelsOfRows(n: number, address: number, rowStep: number): Generator<Panel> {
  for (let column = 0; column < n; ) {
    const left = n - column;
    const width = left >= 8 ? 8 : left >= 4 ? 4 : 1;
    const columns = width === 1 ? left : width;
    yield {column, columns, width, address: address + 4 * column, rowStep, columnStep: 4};
    column += columns;
  }
}

/** Bytes of the panels of so many rows and columns. */
export function panelBytes(k: number, n: number): number {
  return 4 * k * (Math.ceil(n / 4) * 4);
}

/** Panels of many matrices, from an address in the memory: the first of all of them, then the second of all. */
export interface BatchPanels extends PackedBatch {
  address: number;
}

/** The panels of the first matrix, and how far it is from each to the same of the next, in bytes. */
export function* batchPanelsOf({count, address, ...size}: BatchPanels): Generator<Panel & {step: number}> {
  let at = address;
  for (const panel of panelsOf({...size, address})) {
    const step = panelStep(size.k, panel.width === 1 ? panel.columns : panel.width);
    yield {...panel, address: at, step};
    at += count * step;
  }
}

/** As `assembly/batchedGemm.mjs` has it: not a power of two, since then all would meet in the same lines of a cache. */
function panelStep(k: number, width: number): number {
  return (4 * k * width + 79) & ~15;
}

export function batchPanelBytes(count: number, k: number, n: number): number {
  let bytes = 0;
  for (const {step} of batchPanelsOf({count, k, n, address: 0})) bytes += count * step;
  return bytes;
}
