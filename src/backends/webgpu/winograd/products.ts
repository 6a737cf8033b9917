import {addProducts, columnsOf, sliceOfDepth} from '../gather/products.js';
import {store, sums, type Variant} from '../gather/variant.js';
import {each} from '../text.js';
import {guard} from './place.js';

/** Where the thread's tile of its plane begins, in a slice of what is summed over. */
const place = ({rows, columns}: Variant) => `
    ${sliceOfDepth}
    let width = uniforms.width;
    let first = place % uniforms.tiles.y * ${columns};
    let p = place / uniforms.tiles.y % uniforms.tiles.x * ${rows};
    let plane = place / uniforms.tiles.y / uniforms.tiles.x;`;

/** For each plane the product of tiles and filters, result[s, plane] = tiles[plane]·filters[plane] over a slice of D: [T×D]·[D×K]→[T×K]. */
export function gathered(variant: Variant): string {
  const {rows} = variant;
  return `
  fn main(index: i32) {
    ${guard}
    let depth = uniforms.depth;
    ${place(variant)}
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
export function outer(variant: Variant): string {
  const {rows, columns} = variant;
  const row = (from: string, count: number, at: string, first: string) =>
    each(count / 4, (v) => `let ${from}${v} = ${from}[(${at} + ${first}${v}) >> 2u];`);
  return `
  fn main(index: i32) {
    ${guard}
    let depth = uniforms.depth;
    ${place(variant)}
    ${columnsOf(variant)}
    ${each(rows / 4, (v) => `let row${v} = min(p + ${4 * v}, uniforms.rows - 4);`)}
    ${sums(variant)}
    for (var t = plane * depth + begin; t < plane * depth + end; t += ${together}) {
      ${each(
        together,
        (u) => `{
        ${row('tiles', rows, `(t + ${u}) * uniforms.rows`, 'row')}
        ${row('errors', columns, `(t + ${u}) * width`, 'first')}
        ${each(rows, (q) => each(columns / 4, (v) => `sum${q}_${v} += tiles${q >> 2}[${q & 3}] * errors${v};`))}
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
