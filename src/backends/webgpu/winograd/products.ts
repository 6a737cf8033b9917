import {addProducts, columnsOf, sliceOfDepth} from '../gather/products.js';
import {store, sums, type Variant} from '../gather/variant.js';
import {each} from '../text.js';

/** A tile of the product: so many rows, and columns by fours. */
function tile(rows: 8 | 16): Variant {
  return {rows, columns: 8, fours: true};
}

/** Where the thread's tile of its plane begins, in a slice of what is summed over. */
const place = (rows: number) => `
    ${sliceOfDepth}
    let width = uniforms.width;
    let first = place % uniforms.tiles.y * 8;
    let p = place / uniforms.tiles.y % uniforms.tiles.x * ${rows};
    let plane = place / uniforms.tiles.y / uniforms.tiles.x;`;

const guard = `
    if (index >= uniforms.threads) {
      return;
    }`;

/** For each plane the product of tiles and filters, result[s, plane] = tiles[plane]·filters[plane] over a slice of D: [T×D]·[D×K]→[T×K]. */
export function gathered(rows: 8 | 16): string {
  const variant = tile(rows);
  return `
  fn main(index: i32) {
    ${guard}
    let depth = uniforms.depth;
    ${place(rows)}
    ${columnsOf(variant)}
    ${each(rows, (q) => `let at${q} = (plane * uniforms.rows + min(p + ${q}, uniforms.rows - 1)) * depth;`)}
    ${sums(variant)}
    var tap = (plane * depth + begin) * width;
    ${addProducts(variant, (q) => `tiles[(at${q} + d) >> 2u]`, 'filters')}
    ${stored(variant)}
  }
`;
}

/** Tiles that are added in one turn of the loop: sums that a loop carries on cost more than products, in some compilers. */
const together = 2;

/** For each plane the product of tiles of x and tiles of dy, result[s, plane] = tiles[plane]ᵀ·errors[plane] over a slice of T: [C×T]·[T×F]→[C×F]. */
export function outer(rows: 8 | 16): string {
  const variant = tile(rows);
  const row = (from: string, count: number, at: string, first: string) =>
    each(count / 4, (v) => `let ${from}${v} = ${from}[(${at} + ${first}${v}) >> 2u];`);
  return `
  fn main(index: i32) {
    ${guard}
    let depth = uniforms.depth;
    ${place(rows)}
    ${columnsOf(variant)}
    ${each(rows / 4, (v) => `let row${v} = min(p + ${4 * v}, uniforms.rows - 4);`)}
    ${sums(variant)}
    for (var t = plane * depth + begin; t < plane * depth + end; t += ${together}) {
      ${each(
        together,
        (u) => `{
        ${row('tiles', rows, `(t + ${u}) * uniforms.rows`, 'row')}
        ${row('errors', 8, `(t + ${u}) * width`, 'first')}
        ${each(rows, (q) => each(2, (v) => `sum${q}_${v} += tiles${q >> 2}[${q & 3}] * errors${v};`))}
      }`,
      )}
    }
    ${stored(variant)}
  }
`;
}

function stored(variant: Variant): string {
  return store(
    variant,
    (q) => `p + ${q} < uniforms.rows`,
    (q) => `((slice * 16 + plane) * uniforms.rows + p + ${q}) * width`,
    'first',
    'width',
  );
}
