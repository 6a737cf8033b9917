import type {Call} from './call.js';
import type {Counter} from './counter.js';
import type {Gather, Outer, PlaneProducts} from './engine.js';
import {type Panel, type Panels, type PlanePanels, panelsOf, planePanelsOf} from './panels.js';

/** Rows of the tiles of eight and of four columns. */
interface Rows {
  rows8: number;
  rows4: number;
}

/** The calls of kernels that compute a {@link Gather}. */
export function gatherCalls({source, pixels, runs, b, out, outs}: Gather, rows: Rows, counter: Counter): Call[] {
  const from = [source.byteOffset, pixels.byteOffset, runs.byteOffset, runs.length / 2, b.k];
  return groupsOf(b as Panels).map((group) => {
    countGather(group, pixels.length, runs, rows, counter);
    return callOf('gather', group, b.k, ({column, columns, width, place}) => {
      const to = [out.byteOffset + 4 * column, outs?.byteOffset ?? 0, 4 * b.n];
      return [...from, place, ...to, ...(width === 1 ? [] : [columns])];
    });
  });
}

/** The same of an {@link Outer}. */
export function outerCalls({source, offsets, pixels, b, out, accumulate}: Outer, rows: Rows, counter: Counter): Call[] {
  const from = [source.byteOffset, offsets.byteOffset, pixels.byteOffset, pixels.length];
  return groupsOf(b as Panels).map((group) => {
    countOuter(group, offsets, accumulate, rows, counter);
    return callOf('outer', group, b.k, ({column, columns, width, place}) => {
      const to = [out.byteOffset + 4 * column, 4 * b.n];
      return [...from, place, ...to, ...(width === 1 ? [] : [columns]), Number(accumulate)];
    });
  });
}

/** Panels that follow one another, those of eight columns as one. */
function groupsOf(packed: Panels): Panel[] {
  const panels = [...panelsOf(packed)];
  const wide = panels.filter(({width}) => width === 8);
  const rest = panels.filter(({width}) => width !== 8);
  if (wide.length === 0) return rest;
  return [{...wide[0], columns: wide.reduce((sum, {columns}) => sum + columns, 0)}, ...rest];
}

/** The call for panels of one width, and of wide ones the calls for each panel, which threads take. */
function callOf(name: 'gather' | 'outer', group: Panel, k: number, argsOf: (panel: Panel) => number[]): Call {
  const {column, columns, width, place} = group;
  if (width === 1) {
    return {kernel: `narrow${name === 'gather' ? 'Gather' : 'Outer'}${columns as 1 | 2 | 3}`, args: argsOf(group)};
  }
  const kernel = `${name}${width}` as const;
  const apart = () =>
    [...panelsOf({k, n: columns, place})].map(
      (panel): Call => ({kernel, args: argsOf({...panel, column: column + panel.column})}),
    );
  return {kernel, args: argsOf(group), apart};
}

/** The call that multiplies a plane after the other. */
export function gatherPlanesCall({source, columns, b, out}: PlaneProducts, rows: Rows, counter: Counter): Call {
  counter.add('gatherPlanes', {'every plane': true});
  for (const panel of planePanelsOf(b as PlanePanels)) countGather(panel, source.rows.length, columns, rows, counter);
  const from = [source.all.byteOffset, source.step, source.rows.byteOffset, source.rows.length, columns.byteOffset];
  const packed = [(b as PlanePanels).place, b.count];
  return {kernel: 'gatherPlanes', args: [...from, ...packed, out.all.byteOffset, out.step, out.rowStep, b.n]};
}

/** The same of sums over tiles. */
export function outerPlanesCall(
  {source, columns, b, out, accumulate}: PlaneProducts & {accumulate: boolean},
  rows: Rows,
  counter: Counter,
): Call {
  counter.add('outerPlanes', {'every plane': true});
  for (const panel of planePanelsOf(b as PlanePanels)) countOuter(panel, columns, accumulate, rows, counter);
  const offsets = [columns.byteOffset, columns.length];
  const from = [source.all.byteOffset, source.step, ...offsets, source.rows.byteOffset, source.rows.length];
  const packed = [(b as PlanePanels).place, b.count];
  const to = [out.all.byteOffset, out.step, out.rowStep, b.n, Number(accumulate)];
  return {kernel: 'outerPlanes', args: [...from, ...packed, ...to]};
}

/** Pixels of a tile of so many columns. */
const narrowRows: Readonly<Record<number, number>> = {1: 7, 2: 4, 3: 3};

function countGather(
  {columns, width}: Panel,
  pixels: number,
  runs: Int32Array,
  {rows8, rows4}: Rows,
  counter: Counter,
) {
  if (width === 1) {
    counter.add(`narrowGather${columns as 1 | 2 | 3}`, {
      'cut rows': pixels % narrowRows[columns] > 0,
      'single terms': hasSingleTerms(runs),
    });
  } else {
    counter.add(`gather${width}`, {
      'whole columns': columns >= width,
      'cut columns': columns % width > 0,
      'cut rows': pixels % (width === 8 ? rows8 : rows4) > 0,
    });
  }
}

function countOuter(
  {columns, width}: Panel,
  offsets: Int32Array,
  accumulating: boolean,
  {rows8, rows4}: Rows,
  counter: Counter,
) {
  if (width === 1) {
    const apart = offsets.some((offset, i) => i > 0 && offset !== offsets[i - 1] + 4);
    const kernel = `narrowOuter${columns as 1 | 2 | 3}` as const;
    counter.add(kernel, {'rows side by side': !apart, 'rows apart': apart, accumulating});
  } else {
    counter.add(`outer${width}`, {
      'whole columns': columns >= width,
      'cut columns': columns % width > 0,
      'cut rows': offsets.length % (width === 8 ? rows8 : rows4) > 0,
      accumulating,
    });
  }
}

function hasSingleTerms(runs: Int32Array): boolean {
  return runs.some((length, i) => i % 2 === 1 && length % 4 > 0);
}
