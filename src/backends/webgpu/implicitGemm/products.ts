import {repeated} from '../repeated.js';
import type {Variant} from './variant.js';

/**
 * Adds to the tile the products of pixels and weights over a slice of the source's `depth` channels:
 *
 *     sum[q, k] += Σ_{d of the slice} load(q)[d] · weights[tap + d·width + first + k]
 *
 * A thread reads one column of pixels and one row of weights for the products of all of them.
 * @param load the source's channel d of row q of the tile, or four of them
 */
export function addProducts({rows, columns, fours}: Variant, load: (q: number) => string, weights: string): string {
  const row = (k: string) =>
    repeated(columns / 4, (v) =>
      fours
        ? `let w${v} = ${weights}[(tap + ${k} + first${v}) >> 2u];`
        : `let w${v} = vec4<f32>(${repeated(4, (l) => `${weights}[tap + ${k} + first${4 * v + l}]`, ', ')});`,
    );
  const products = (value: (q: number) => string) =>
    repeated(rows, (q) => repeated(columns / 4, (v) => `sum${q}_${v} += ${value(q)} * w${v};`));
  return `
        for (var d = begin; d < end; d += ${fours ? 4 : 1}) {
          ${repeated(rows, (q) => `let v${q} = ${load(q)};`)}
          ${fours ? repeated(4, (k) => `{ ${row(`${k} * width`)} ${products((q) => `v${q}[${k}]`)} }`) : `${row('0')} ${products((q) => `v${q}`)}`}
          tap += ${fours ? '4 * width' : 'width'};
        }`;
}

/** {@link addProducts} of one tap: a pixel q outside is read somewhere else and replaced by zero, and a tap that none of them meets is skipped. */
export function addTap(variant: Variant, source: string, weights: string): string {
  return `
        if (${repeated(variant.rows, (q) => `in${q}`, ' | ')}) {
        ${addProducts(variant, (q) => masked(source, `at${q} + d`, q, variant.fours), weights)}
        }`;
}

/** The source's channel there, or four of them, or zeros where pixel q is outside. By its bits, since select takes some compilers three instructions. */
export function masked(source: string, at: string, q: number, fours: boolean): string {
  return fours
    ? `bitcast<vec4<f32>>(bitcast<vec4<u32>>(${source}[(${at}) >> 2u]) & vec4<u32>(kept${q}))`
    : `bitcast<f32>(bitcast<u32>(${source}[${at}]) & kept${q})`;
}

/** Which slice of the channels the thread sums over, and `item`, the thread's number within that. */
export const sliceOfDepth = `
    let slice = index / uniforms.ofSlice;
    let item = index - slice * uniforms.ofSlice;
    let begin = slice * uniforms.slice;
    let end = min(begin + uniforms.slice, depth);`;

/** The tile's columns, those past the last one repeated. */
export function columnsOf({columns, fours}: Variant): string {
  return fours
    ? repeated(columns / 4, (v) => `let first${v} = min(first + ${4 * v}, width - 4);`)
    : repeated(columns, (k) => `let first${k} = min(first + ${k}, width - 1);`);
}

/** Where pixel q of the tile lies in the source of that height and width, once its row (from `begin`), h and w are known. */
export function locate(q: number, h: string, w: string, row: string, [height, width]: [string, string]): string {
  // One comparison for both ends. Not &&, each of which makes a branch, and a tile of them takes some compilers a minute.
  return `
        let in${q} = (u32(${h}) < u32(${height})) & (u32(${w}) < u32(${width}));
        let kept${q} = select(0u, 0xffffffffu, in${q});
        let at${q} = select(0, (${row} + ${w}) * depth, in${q});`;
}
