import type {BatchedGemm, IndirectGemm, IndirectGemmTransposed} from './engine.js';
import type {KernelCall} from './kernelCall.js';
import type {KernelCoverage} from './kernelCoverage.js';
import {type BatchPanels, batchPanelsOf, type Panel, type Panels, panelsOf} from './panels.js';

/** The rows of the tiles of eight and of four columns. */
interface TileRows {
  rows8: number;
  rows4: number;
}

/** The kernel calls that compute an {@link IndirectGemm}. */
export function igemmCalls(
  {source, pixelOffsets, segments, b, out, outOffsets}: IndirectGemm,
  rows: TileRows,
  coverage: KernelCoverage | undefined,
): KernelCall[] {
  const from = [source.byteOffset, pixelOffsets.byteOffset, segments.byteOffset, segments.length / 2, b.k];
  return groupsOf(b as Panels).map((group) => {
    if (coverage) countIgemm(group, pixelOffsets.length, segments, rows, coverage);
    return callOf('igemm', group, b.k, ({column, columns, width, address}) => {
      const to = [out.byteOffset + 4 * column, outOffsets?.byteOffset ?? 0, 4 * b.n];
      return [...from, address, ...to, ...(width === 1 ? [] : [columns])];
    });
  });
}

/** The kernel calls that compute an {@link IndirectGemmTransposed}. */
export function igemmTransposedCalls(
  {source, rowOffsets, pixelOffsets, b, out, accumulate}: IndirectGemmTransposed,
  rows: TileRows,
  coverage: KernelCoverage | undefined,
): KernelCall[] {
  const from = [source.byteOffset, rowOffsets.byteOffset, pixelOffsets.byteOffset, pixelOffsets.length];
  return groupsOf(b as Panels).map((group) => {
    if (coverage) countIgemmTransposed(group, rowOffsets, accumulate, rows, coverage);
    return callOf('igemmTransposed', group, b.k, ({column, columns, width, address}) => {
      const to = [out.byteOffset + 4 * column, 4 * b.n];
      return [...from, address, ...to, ...(width === 1 ? [] : [columns]), Number(accumulate)];
    });
  });
}

/** The panels in their order. All panels of width 8 are merged into one. */
function groupsOf(packed: Panels): Panel[] {
  const panels = [...panelsOf(packed)];
  const wide = panels.filter(({width}) => width === 8);
  const rest = panels.filter(({width}) => width !== 8);
  if (wide.length === 0) return rest;
  return [{...wide[0], columns: wide.reduce((sum, {columns}) => sum + columns, 0)}, ...rest];
}

/** The call for panels of one width. If they are stored as vectors, `split` returns a call for each panel, which threads share. */
function callOf(
  name: 'igemm' | 'igemmTransposed',
  group: Panel,
  k: number,
  argsOf: (panel: Panel) => number[],
): KernelCall {
  const {column, columns, width, address} = group;
  if (width === 1) {
    return {
      kernel: `narrow${name === 'igemm' ? 'Igemm' : 'IgemmTransposed'}${columns as 1 | 2 | 3}`,
      args: argsOf(group),
    };
  }
  const kernel = `${name}${width}` as const;
  const split = () =>
    [...panelsOf({k, n: columns, address})].map(
      (panel): KernelCall => ({kernel, args: argsOf({...panel, column: column + panel.column})}),
    );
  return {kernel, args: argsOf(group), split};
}

/** The call that multiplies a batch of matrices. */
export function batchedGemmCall(
  {source, columns, b, out}: BatchedGemm,
  rows: TileRows,
  coverage: KernelCoverage | undefined,
): KernelCall {
  coverage?.add('batchedGemm', {'every matrix': true});
  if (coverage) {
    for (const panel of batchPanelsOf(b as BatchPanels))
      countIgemm(panel, source.rowOffsets.length, columns, rows, coverage);
  }
  const from = [
    source.data.byteOffset,
    source.step,
    source.rowOffsets.byteOffset,
    source.rowOffsets.length,
    columns.byteOffset,
  ];
  const packed = [(b as BatchPanels).address, b.count];
  return {kernel: 'batchedGemm', args: [...from, ...packed, out.data.byteOffset, out.step, out.rowStep, b.n]};
}

/** The call that sums over tiles for a batch of matrices. */
export function batchedGemmTransposedCall(
  {source, columns, b, out, accumulate}: BatchedGemm & {accumulate: boolean},
  rows: TileRows,
  coverage: KernelCoverage | undefined,
): KernelCall {
  coverage?.add('batchedGemmTransposed', {'every matrix': true});
  if (coverage) {
    for (const panel of batchPanelsOf(b as BatchPanels))
      countIgemmTransposed(panel, columns, accumulate, rows, coverage);
  }
  const rowOffsets = [columns.byteOffset, columns.length];
  const from = [
    source.data.byteOffset,
    source.step,
    ...rowOffsets,
    source.rowOffsets.byteOffset,
    source.rowOffsets.length,
  ];
  const packed = [(b as BatchPanels).address, b.count];
  const to = [out.data.byteOffset, out.step, out.rowStep, b.n, Number(accumulate)];
  return {kernel: 'batchedGemmTransposed', args: [...from, ...packed, ...to]};
}

/** The pixels of a tile, by its number of columns. */
const narrowRows: Readonly<Record<number, number>> = {1: 7, 2: 4, 3: 3};

function countIgemm(
  {columns, width}: Panel,
  pixels: number,
  segments: Int32Array,
  {rows8, rows4}: TileRows,
  coverage: KernelCoverage,
) {
  if (width === 1) {
    coverage.add(`narrowIgemm${columns as 1 | 2 | 3}`, {
      'cut rows': pixels % narrowRows[columns] > 0,
      'single terms': hasSingleTerms(segments),
    });
  } else {
    coverage.add(`igemm${width}`, {
      'whole columns': columns >= width,
      'cut columns': columns % width > 0,
      'cut rows': pixels % (width === 8 ? rows8 : rows4) > 0,
    });
  }
}

function countIgemmTransposed(
  {columns, width}: Panel,
  rowOffsets: Int32Array,
  accumulating: boolean,
  {rows8, rows4}: TileRows,
  coverage: KernelCoverage,
) {
  if (width === 1) {
    const kernel = `narrowIgemmTransposed${columns as 1 | 2 | 3}` as const;
    const apart = rowOffsets.some((offset, i) => i > 0 && offset !== rowOffsets[i - 1] + 4);
    coverage.add(kernel, {'rows side by side': !apart, 'rows apart': apart, accumulating});
  } else {
    coverage.add(`igemmTransposed${width}`, {
      'whole columns': columns >= width,
      'cut columns': columns % width > 0,
      'cut rows': rowOffsets.length % (width === 8 ? rows8 : rows4) > 0,
      accumulating,
    });
  }
}

function hasSingleTerms(segments: Int32Array): boolean {
  return segments.some((length, i) => i % 2 === 1 && length % 4 > 0);
}
