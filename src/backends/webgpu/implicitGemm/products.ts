import {repeated} from '../wgsl.js';
import type {Variant} from './variant.js';

/**
 * WGSL that adds to the tile the products of pixels and weights, over a slice of the source's `depth` channels:
 *
 *     sum[q, k] += Σ_{d of the slice} load(q)[d] · weights[tap + d·width + first + k]
 *
 * For each d a thread reads one column of pixels and one row of weights, and adds the products of all of them.
 * @param load text of the source's channel d in row q of the tile, or of four channels from d on
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

/** {@link addProducts} for one tap. A pixel q outside is read from inside and replaced by zero. A tap that no pixel meets is skipped. */
export function addTap(variant: Variant, source: string, weights: string): string {
  return `
        if (${repeated(variant.rows, (q) => `in${q}`, ' | ')}) {
        ${addProducts(variant, (q) => masked(source, `at${q} + d`, q, variant.fours), weights)}
        }`;
}

/**
 * WGSL of one channel of the source, or of four; zeros if pixel q is outside. It masks bits, as `select` costs some compilers three
 * instructions.
 */
export function masked(source: string, at: string, q: number, fours: boolean): string {
  return fours
    ? `bitcast<vec4<f32>>(bitcast<vec4<u32>>(${source}[(${at}) >> 2u]) & vec4<u32>(kept${q}))`
    : `bitcast<f32>(bitcast<u32>(${source}[${at}]) & kept${q})`;
}

/** WGSL: the slice of the channels that a thread sums over, and `item`, the thread's number within its slice. */
export const sliceOfDepth = `
    let slice = index / uniforms.ofSlice;
    let item = index - slice * uniforms.ofSlice;
    let begin = slice * uniforms.slice;
    let end = min(begin + uniforms.slice, depth);`;

/** WGSL: the columns of the tile. Columns past the last one repeat it. */
export function columnsOf({columns, fours}: Variant): string {
  return fours
    ? repeated(columns / 4, (v) => `let first${v} = min(first + ${4 * v}, width - 4);`)
    : repeated(columns, (k) => `let first${k} = min(first + ${k}, width - 1);`);
}

/**
 * WGSL: where pixel q of the tile lies in a source of that height and width.
 * @param row text of the index of the pixel that begins its row
 */
export function locate(q: number, h: string, w: string, row: string, [height, width]: [string, string]): string {
  // One comparison covers both ends. `&&` would make a branch each time, and a tile of them takes some compilers a minute.
  return `
        let in${q} = (u32(${h}) < u32(${height})) & (u32(${w}) < u32(${width}));
        let kept${q} = select(0u, 0xffffffffu, in${q});
        let at${q} = select(0, (${row} + ${w}) * depth, in${q});`;
}
