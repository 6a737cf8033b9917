import {guard, outputsOfTap, repeated, tapRanges} from '../wgsl.js';
import {store, sums, type Variant} from './variant.js';

/**
 * Pixels in one turn of the loop. In some compilers a sum that a loop carries costs as much as a product, so two pixels share a turn.
 * Without fours one pixel takes a turn, since single loads cost more than both.
 */
const together = ({fours}: Variant) => (fours ? 2 : 1);

/**
 * For each tap the product of x, seen through that tap, and dy, over a slice of the output's pixels:
 *
 *     part[s, i, j, c, f] = Σ_{p of slice s} x[pixel of p at tap (i, j), c] · dy[p, f]      [C×P/S]·[P/S×F]→[C×F]
 *
 * A thread keeps a tile of C×F. The outputs whose tap lies inside x form a rectangle in each image, and a slice is a range of them, in
 * their order. A second step adds the slices up.
 */
export function backpropFilter(variant: Variant): string {
  const {rows, columns, fours} = variant;
  const clamped = (name: string, count: number, first: string, of: string) =>
    fours
      ? repeated(count / 4, (v) => `let ${name}${v} = min(${first} + ${4 * v}, ${of} - 4);`)
      : repeated(count, (k) => `let ${name}${k} = min(${first} + ${k}, ${of} - 1);`);
  return `
  ${tapRanges}
  fn main(index: i32) {
    ${guard}
    let C = uniforms.channels.x;
    let F = uniforms.channels.y;
    let taps = uniforms.filterSize.x * uniforms.filterSize.y;
    let firstF = index % uniforms.tiles.y * ${columns};
    let firstC = index / uniforms.tiles.y % uniforms.tiles.x * ${rows};
    let item = index / uniforms.tiles.y / uniforms.tiles.x;
    let tap = item % taps;
    let slice = item / taps;
    ${outputsOfTap}
    // Not less than one, for the divisions by them where nothing is inside.
    let height = max(1, rows.y - rows.x);
    let width = max(1, columns.y - columns.x);
    let pixels = select(0, uniforms.batch * height * width, (rows.x < rows.y) & (columns.x < columns.y));
    ${clamped('c', rows, 'firstC', 'C')}
    ${clamped('f', columns, 'firstF', 'F')}
    ${sums(variant)}
    let ofSlice = (pixels + uniforms.slices - 1) / uniforms.slices;
    let end = min((slice + 1) * ofSlice, pixels);
    for (var p = slice * ofSlice; p < end; p += ${together(variant)}) {
      ${repeated(together(variant), (k) => pixel(variant, k))}
    }
    ${store(
      variant,
      (q) => `firstC + ${q} < C`,
      (q) => `(item * C + firstC + ${q}) * F`,
      'firstF',
      'F',
    )}
  }
`;
}

/** WGSL that adds pixel p + k to the tile. Past the end it takes the last pixel again, with zeros for its dy. */
function pixel({rows, columns, fours}: Variant, k: number): string {
  const dy = (v: number) =>
    fours ? `dy[(error + f${v}) >> 2u]` : `vec4<f32>(${repeated(4, (l) => `dy[error + f${4 * v + l}]`, ', ')})`;
  const kept = (value: string) =>
    k === 0 ? value : `bitcast<vec4<f32>>(bitcast<vec4<u32>>(${value}) & vec4<u32>(kept))`;
  const x = (c: number) => (fours ? `x${c >> 2}[${c & 3}]` : `x${c}`);
  return `{
      let at = min(p + ${k}, end - 1);
      ${k === 0 ? '' : `let kept = select(0u, 0xffffffffu, p + ${k} < end);`}
      let line = at / width;
      let ow = columns.x + at - line * width;
      let image = line / height;
      let oh = rows.x + line - image * height;
      let error = ((image * uniforms.outSize.x + oh) * uniforms.outSize.y + ow) * F;
      let h = oh * uniforms.stride.x + top;
      let seen = ((image * uniforms.inSize.x + h) * uniforms.inSize.y + ow * uniforms.stride.y + left) * C;
      ${repeated(fours ? rows / 4 : rows, (v) => `let x${v} = ${fours ? `x[(seen + c${v}) >> 2u]` : `x[seen + c${v}]`};`)}
      ${repeated(columns / 4, (v) => `let y${v} = ${kept(dy(v))};`)}
      ${repeated(rows, (c) => repeated(columns / 4, (v) => `sum${c}_${v} += ${x(c)} * y${v};`))}
      }`;
}
