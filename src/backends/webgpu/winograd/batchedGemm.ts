import {addProducts, columnsOf, sliceOfDepth} from '../implicitGemm/products.js';
import {store, sums, type Variant} from '../implicitGemm/variant.js';
import {guard, repeated} from '../wgsl.js';

/**
 * WGSL of a thread that sums a tile of one matrix's product over a slice.
 * @param add adds the products of the terms from `begin` to `end`
 */
const sumTile = (variant: Variant, add: string) => `
  fn main(index: i32) {
    ${guard}
    let depth = uniforms.depth;
    ${sliceOfDepth}
    let width = uniforms.width;
    let first = item % uniforms.tiles.y * ${variant.columns};
    let p = item / uniforms.tiles.y % uniforms.tiles.x * ${variant.rows};
    let matrix = item / uniforms.tiles.y / uniforms.tiles.x;
    ${columnsOf(variant)}
    ${sums(variant)}
    ${add}
    ${stored(variant)}
  }
`;

/**
 * For each matrix the product of tiles and filters over a slice of D: result[s, matrix] = tiles[matrix]·filters[matrix], [T×D]·[D×K]→[T×K].
 */
export function batchedGemm(variant: Variant): string {
  const {rows} = variant;
  return sumTile(
    variant,
    `${repeated(rows, (q) => `let at${q} = (matrix * uniforms.rows + min(p + ${q}, uniforms.rows - 1)) * depth;`)}
    var tap = (matrix * depth + begin) * width;
    ${addProducts(variant, (q) => `tiles[(at${q} + d) >> 2u]`, 'filters')}`,
  );
}

/** The number of tiles that one turn of the loop adds. In some compilers a sum that a loop carries costs more than a product. */
const together = 2;

/**
 * For each matrix the product of tiles of x and of dy over a slice of T:
 *
 *     result[s, matrix] = tiles[matrix]ᵀ·dyTiles[matrix]      [C×T]·[T×F]→[C×F]
 */
export function batchedGemmTransposed(variant: Variant): string {
  const {rows, columns} = variant;
  const row = (from: string, count: number, at: string, first: string) =>
    repeated(count / 4, (v) => `let ${from}${v} = ${from}[(${at} + ${first}${v}) >> 2u];`);
  return sumTile(
    variant,
    `${repeated(rows / 4, (v) => `let row${v} = min(p + ${4 * v}, uniforms.rows - 4);`)}
    for (var t = matrix * depth + begin; t < matrix * depth + end; t += ${together}) {
      ${repeated(
        together,
        (u) => `{
        ${row('tiles', rows, `(t + ${u}) * uniforms.rows`, 'row')}
        ${row('dyTiles', columns, `(t + ${u}) * width`, 'first')}
        ${repeated(rows, (q) => repeated(columns / 4, (v) => `sum${q}_${v} += tiles${q >> 2}[${q & 3}] * dyTiles${v};`))}
      }`,
      )}
    }`,
  );
}

function stored(variant: Variant): string {
  return store(
    variant,
    (q) => `p + ${q} < uniforms.rows`,
    (q) => `((slice * 16 + matrix) * uniforms.rows + p + ${q}) * width`,
    'first',
    'width',
  );
}
