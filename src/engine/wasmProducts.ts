import type {Call} from './call.js';
import type {Counter} from './counter.js';
import type {Gather, Outer} from './engine.js';
import {type Panel, type Panels, panelsOf} from './panels.js';
import type {KernelName} from './wasmModule.js';

/** Rows of the tiles of eight and of four columns. */
interface Rows {
  rows8: number;
  rows4: number;
}

/** The calls of kernels that compute {@link Gather}s of the same size, over their pixels. */
export function gatherCalls(works: readonly Gather[], {rows8, rows4}: Rows, counter: Counter): Call[] {
  const alike = (a: Gather, b: Gather) => a.pixels === b.pixels && a.runs === b.runs && a.outs === b.outs;
  return seriesOf(works, alike).flatMap(({first: {source, pixels, runs, b, out, outs}, ...steps}) => {
    const tables = [pixels.byteOffset, runs.byteOffset, runs.length / 2, b.k];
    const targets = [outs?.byteOffset ?? 0, 4 * b.n];
    return groupsOf(b as Panels).flatMap((group) => {
      const {columns, width} = group;
      if (width === 1) {
        counter.add(`narrowGather${columns as 1 | 2 | 3}`, {
          'cut rows': pixels.length % narrowRows[columns] > 0,
          'single terms': hasSingleTerms(runs),
        });
      } else {
        counter.add(`gather${width}`, {
          ...whole(group),
          'cut rows': pixels.length % (width === 8 ? rows8 : rows4) > 0,
        });
      }
      return callsOf('gather', group, b.k, steps, (shift, panel) => [
        source.byteOffset + shift.source,
        ...tables,
        panel.place + shift.panel,
        out.byteOffset + 4 * panel.column + shift.out,
        ...targets,
      ]);
    });
  });
}

/** The same of {@link Outer}s, over their offsets. */
export function outerCalls(works: readonly Outer[], {rows8, rows4}: Rows, counter: Counter): Call[] {
  const alike = (a: Outer, b: Outer) =>
    a.pixels === b.pixels && a.offsets === b.offsets && a.accumulate === b.accumulate;
  return seriesOf(works, alike).flatMap(({first: {source, offsets, pixels, b, out, accumulate}, ...steps}) => {
    const tables = [offsets.byteOffset, pixels.byteOffset, pixels.length];
    const add = accumulate ? 1 : 0;
    return groupsOf(b as Panels).flatMap((group) => {
      const {columns, width} = group;
      if (width === 1) {
        const apart = offsets.some((offset, i) => i > 0 && offset !== offsets[i - 1] + 4);
        const reached = {'rows side by side': !apart, 'rows apart': apart, accumulating: accumulate};
        counter.add(`narrowOuter${columns as 1 | 2 | 3}`, reached);
      } else {
        const cutRows = offsets.length % (width === 8 ? rows8 : rows4) > 0;
        counter.add(`outer${width}`, {...whole(group), 'cut rows': cutRows, accumulating: accumulate});
      }
      return callsOf('outer', group, b.k, steps, (shift, panel) => [
        source.byteOffset + shift.source,
        ...tables,
        panel.place + shift.panel,
        out.byteOffset + 4 * panel.column + shift.out,
        4 * b.n,
        add,
      ]);
    });
  });
}

/** Products that a kernel does one after another: how many, and the bytes from one to the next. */
interface Steps {
  count: number;
  source: number;
  panel: number;
  out: number;
}

/** Those that lie at equal steps go together. */
function seriesOf<Product extends Gather | Outer>(
  works: readonly Product[],
  alike: (a: Product, b: Product) => boolean,
): (Steps & {first: Product})[] {
  const [first, second] = works;
  const from = (a: Product, b: Product) => ({
    source: b.source.byteOffset - a.source.byteOffset,
    panel: (b.b as Panels).place - (a.b as Panels).place,
    out: b.out.byteOffset - a.out.byteOffset,
  });
  const alone = {source: 0, panel: 0, out: 0};
  const step = second ? from(first, second) : alone;
  const even = works.every((work, i) => {
    if (i === 0) return true;
    const {source, panel, out} = from(works[i - 1], work);
    return alike(first, work) && source === step.source && panel === step.panel && out === step.out;
  });
  return even ? [{first, count: works.length, ...step}] : works.map((work) => ({first: work, count: 1, ...alone}));
}

/** Panels that follow one another, those of eight columns as one. */
function groupsOf(packed: Panels): Panel[] {
  const panels = [...panelsOf(packed)];
  const wide = panels.filter(({width}) => width === 8);
  const rest = panels.filter(({width}) => width !== 8);
  if (wide.length === 0) return rest;
  return [{...wide[0], columns: wide.reduce((sum, {columns}) => sum + columns, 0)}, ...rest];
}

function whole({columns, width}: Panel): {'whole columns': boolean; 'cut columns': boolean} {
  return {'whole columns': columns >= width, 'cut columns': columns % width > 0};
}

/**
 * The calls for panels of one width: of wide ones a single call, but for threads one for each panel of each product.
 * @param argsOf the arguments for a panel of the product at those bytes from the first
 */
function callsOf(
  name: 'gather' | 'outer',
  group: Panel,
  k: number,
  {count, ...step}: Steps,
  argsOf: (shift: Omit<Steps, 'count'>, panel: Panel) => number[],
): Call[] {
  const at = (i: number) => ({source: i * step.source, panel: i * step.panel, out: i * step.out});
  const products = Array.from({length: count}, (_, i) => i);
  const {columns, width} = group;
  if (width === 1) {
    const kernel = `narrow${name === 'gather' ? 'Gather' : 'Outer'}${columns as 1 | 2 | 3}` as const;
    return products.map((i) => ({kernel, args: argsOf(at(i), group)}));
  }
  const kernel: KernelName = `${name}${width}`;
  return [
    {
      kernel,
      args: [...argsOf(at(0), group), columns, count, step.source, step.panel, step.out],
      apart: () =>
        products.flatMap((i) =>
          [...panelsOf({k, n: columns, place: group.place})].map((panel): Call => {
            const args = argsOf(at(i), {...panel, column: group.column + panel.column});
            return {kernel, args: [...args, panel.columns, 1, 0, 0, 0]};
          }),
        ),
    },
  ];
}

/** Pixels of a tile of so many columns. */
const narrowRows: Readonly<Record<number, number>> = {1: 7, 2: 4, 3: 3};

function hasSingleTerms(runs: Int32Array): boolean {
  return runs.some((length, i) => i % 2 === 1 && length % 4 > 0);
}
