import {guard, repeated} from '../wgsl.js';
import {store, sums, type Variant} from './variant.js';

/**
 * dFilter for C below 4, where most of a tile of C×F would be empty. Instead the rows of a tile are weights k = (i, j, c) of an output
 * channel:
 *
 *     part[s, k, f] = Σ_{p of slice s} x[pixel of p at tap (i, j), c] · dy[p, f]      [RC×P/S]·[P/S×F]→[RC×F]
 *
 * Each row finds its own pixel of x, and takes zero if that lies outside. In a tile of 9 rows few are empty: R·C is 9, 25, 27, 49, 75 or
 * 147 in most networks.
 */
export function backpropFilterFewChannels(variant: Variant): string {
  const {rows, columns, fours} = variant;
  return `
  fn main(index: i32) {
    ${guard}
    let C = uniforms.channels.x;
    let F = uniforms.channels.y;
    let H = uniforms.inSize.x;
    let W = uniforms.inSize.y;
    let weights = uniforms.filterSize.x * uniforms.filterSize.y * C;
    let firstF = index % uniforms.tiles.y * ${columns};
    let slice = index / uniforms.tiles.y / uniforms.tiles.x;
    let k = index / uniforms.tiles.y % uniforms.tiles.x * ${rows};
    ${fours ? repeated(columns / 4, (v) => `let f${v} = min(firstF + ${4 * v}, F - 4);`) : repeated(columns, (l) => `let f${l} = min(firstF + ${l}, F - 1);`)}
    ${repeated(
      rows,
      (q) => `
    let k${q} = min(k + ${q}, weights - 1);
    let tap${q} = k${q} / C;
    let top${q} = tap${q} / uniforms.filterSize.y * uniforms.dilation.x - uniforms.pad.x;
    let left${q} = tap${q} % uniforms.filterSize.y * uniforms.dilation.y - uniforms.pad.y;
    let c${q} = k${q} % C;`,
    )}
    ${sums(variant)}
    let begin = slice * uniforms.slice;
    let end = min(begin + uniforms.slice, uniforms.batch * uniforms.outSize.x * uniforms.outSize.y);
    var p = begin;
    while (p < end) {
      let line = p / uniforms.outSize.y;
      let column = p - line * uniforms.outSize.y;
      let next = min(end, p + uniforms.outSize.y - column);
      let image = line / uniforms.outSize.x;
      let oh = (line - image * uniforms.outSize.x) * uniforms.stride.x;
      var ow = column * uniforms.stride.y;
      ${repeated(
        rows,
        (q) => `
      let h${q} = oh + top${q};
      let row${q} = (image * H + h${q}) * W * C + c${q};
      // Where the row is outside, so is every column.
      let column${q} = select(-uniforms.outSize.y * uniforms.stride.y, left${q}, u32(h${q}) < u32(H));`,
      )}
      for (; p < next; p++) {
        ${repeated(columns / 4, (v) =>
          fours
            ? `let y${v} = dy[(p * F + f${v}) >> 2u];`
            : `let y${v} = vec4<f32>(${repeated(4, (l) => `dy[p * F + f${4 * v + l}]`, ', ')});`,
        )}
        ${repeated(
          rows,
          (q) => `
        let w_${q} = ow + column${q};
        let in${q} = u32(w_${q}) < u32(W);
        let x${q} = bitcast<f32>(bitcast<u32>(x[select(0, row${q} + w_${q} * C, in${q})]) & select(0u, 0xffffffffu, in${q}));
        ${repeated(columns / 4, (v) => `sum${q}_${v} += x${q} * y${v};`)}`,
        )}
        ow += uniforms.stride.y;
      }
    }
    ${store(
      variant,
      (q) => `k + ${q} < weights`,
      (q) => `(slice * weights + k + ${q}) * F`,
      'firstF',
      'F',
    )}
  }
`;
}
