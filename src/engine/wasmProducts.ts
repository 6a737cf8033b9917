import type {Call} from './call.js';
import type {Counter} from './counter.js';
import type {Gather, Outer} from './engine.js';
import {type Panels, panelsOf} from './panels.js';

/** Rows of the tiles of eight and of four columns. */
interface Rows {
  rows8: number;
  rows4: number;
}

/** The calls of kernels that compute a {@link Gather}, one for each panel. */
export function gatherCalls(
  {source, pixels, runs, b, out, outs}: Gather,
  {rows8, rows4}: Rows,
  counter: Counter,
): Call[] {
  const [from, at, to, stride] = [source.byteOffset, pixels.byteOffset, outs?.byteOffset ?? 0, 4 * b.n];
  const calls: Call[] = [];
  for (const {column, columns, width, place} of panelsOf(b as Panels)) {
    const target = out.byteOffset + 4 * column;
    const stretches = [runs.byteOffset, runs.length / 2];
    if (width === 1) {
      const kernel = `narrowGather${columns as 1 | 2 | 3}` as const;
      counter.add(kernel, {
        'cut rows': pixels.length % narrowRows[columns] > 0,
        'single terms': hasSingleTerms(runs),
      });
      calls.push({kernel, args: [from, at, ...stretches, b.k, place, target, to, stride]});
    } else {
      const kernel = `gather${width}` as const;
      counter.add(kernel, {
        'whole columns': columns === width,
        'cut columns': columns < width,
        'cut rows': pixels.length % (width === 8 ? rows8 : rows4) > 0,
      });
      calls.push({kernel, args: [from, at, ...stretches, place, target, to, stride, columns]});
    }
  }
  return calls;
}

/** The same of an {@link Outer}. */
export function outerCalls(
  {source, offsets, pixels, b, out, accumulate}: Outer,
  {rows8, rows4}: Rows,
  counter: Counter,
): Call[] {
  const calls: Call[] = [];
  for (const {column, columns, width, place} of panelsOf(b as Panels)) {
    const target = [out.byteOffset + 4 * column, 4 * b.n];
    const args = [source.byteOffset, offsets.byteOffset, pixels.byteOffset, pixels.length, place, ...target];
    if (width === 1) {
      const kernel = `narrowOuter${columns as 1 | 2 | 3}` as const;
      const apart = offsets.some((offset, i) => i > 0 && offset !== offsets[i - 1] + 4);
      counter.add(kernel, {'rows side by side': !apart, 'rows apart': apart, accumulating: accumulate});
      calls.push({kernel, args: [...args, Number(accumulate)]});
    } else {
      const kernel = `outer${width}` as const;
      counter.add(kernel, {
        'whole columns': columns === width,
        'cut columns': columns < width,
        'cut rows': offsets.length % (width === 8 ? rows8 : rows4) > 0,
        accumulating: accumulate,
      });
      calls.push({kernel, args: [...args, columns, Number(accumulate)]});
    }
  }
  return calls;
}

/** Pixels of a tile of so many columns. */
const narrowRows: Readonly<Record<number, number>> = {1: 7, 2: 4, 3: 3};

function hasSingleTerms(runs: Int32Array): boolean {
  return runs.some((length, i) => i % 2 === 1 && length % 4 > 0);
}
