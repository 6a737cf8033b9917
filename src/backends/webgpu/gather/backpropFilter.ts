import {ranges} from '../geometry.js';
import {each} from '../text.js';
import {store, sums, type Variant} from './variant.js';

/**
 * For each tap the product of x, seen through that tap, and dy, over a slice of the output's pixels:
 *
 *     part[s, i, j, c, f] = Σ_{p of slice s} x[pixel of p at tap (i, j), c] · dy[p, f]      [C×P/S]·[P/S×F]→[C×F]
 *
 * A thread keeps a tile of C×F and goes along the rows of the slice, over the columns whose tap lies inside x. Slices are added up in a second step.
 */
export function backpropFilter(variant: Variant): string {
  const {rows, columns, fours} = variant;
  const loads = (name: string, from: string, at: string, count: number, channel: string) =>
    each(count / 4, (v) =>
      fours
        ? `let ${name}${v} = ${from}[(${at} + ${channel}${v}) >> 2u];`
        : `let ${name}${v} = vec4<f32>(${each(4, (l) => `${from}[${at} + ${channel}${4 * v + l}]`, ', ')});`,
    );
  const clamped = (name: string, count: number, first: string, of: string) =>
    fours
      ? each(count / 4, (v) => `let ${name}${v} = min(${first} + ${4 * v}, ${of} - 4);`)
      : each(count, (k) => `let ${name}${k} = min(${first} + ${k}, ${of} - 1);`);
  // Two at a time: sums that a loop carries on cost more than products, in some compilers.
  const pixel = `{
          ${loads('x', 'x', 'seen', rows, 'c')}
          ${loads('y', 'dy', 'error', columns, 'f')}
          ${each(rows, (q) => each(columns / 4, (v) => `sum${q}_${v} += x${q >> 2}[${q & 3}] * y${v};`))}
          seen += uniforms.stride.y * C;
          error += F;
          }`;
  return `
  ${ranges}
  fn main(index: i32) {
    if (index >= uniforms.threads) {
      return;
    }
    let C = uniforms.channels.x;
    let F = uniforms.channels.y;
    let OW = uniforms.outSize.y;
    let taps = uniforms.filterSize.x * uniforms.filterSize.y;
    let firstF = index % uniforms.tiles.y * ${columns};
    let firstC = index / uniforms.tiles.y % uniforms.tiles.x * ${rows};
    let place = index / uniforms.tiles.y / uniforms.tiles.x;
    let tap = place % taps;
    let slice = place / taps;
    let top = tap / uniforms.filterSize.y * uniforms.dilation.x - uniforms.pad.x;
    let left = tap % uniforms.filterSize.y * uniforms.dilation.y - uniforms.pad.y;
    let inside = stepsInside(left, uniforms.stride.y, OW, uniforms.inSize.y);
    ${clamped('c', rows, 'firstC', 'C')}
    ${clamped('f', columns, 'firstF', 'F')}
    ${sums(variant)}
    let begin = slice * uniforms.slice;
    let end = min(begin + uniforms.slice, uniforms.batch * uniforms.outSize.x * OW);
    var p = begin;
    while (p < end) {
      let line = p / OW;
      let column = p - line * OW;
      let image = line / uniforms.outSize.x;
      let h = top + (line - image * uniforms.outSize.x) * uniforms.stride.x;
      let next = min(OW, column + end - p);
      if (h >= 0 && h < uniforms.inSize.x) {
        let enter = max(column, inside.x);
        var seen = ((image * uniforms.inSize.x + h) * uniforms.inSize.y + left + enter * uniforms.stride.y) * C;
        var error = (line * OW + enter) * F;
        let leave = min(next, inside.y);
        var ow = enter;
        for (; ow + 1 < leave; ow += 2) {
          ${pixel}
          ${pixel}
        }
        if (ow < leave) {
          ${pixel}
        }
      }
      p += next - column;
    }
    ${store(
      variant,
      (q) => `firstC + ${q} < C`,
      (q) => `(place * C + firstC + ${q}) * F`,
      'firstF',
      'F',
    )}
  }
`;
}
