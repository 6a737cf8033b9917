import {each} from '../text.js';
import {store, sums, type Variant} from './variant.js';

/**
 * dFilter where C is below 4, which would leave most of a tile of C×F empty: the rows of a tile are weights of one output channel, k = (i, j, c),
 *
 *     part[s, k, f] = Σ_{p of slice s} x[pixel of p at tap (i, j), c] · dy[p, f]      [RC×P/S]·[P/S×F]→[RC×F]
 *
 * each of which looks for its own pixel of x, and takes zero where that lies outside.
 */
export function backpropFilterOfFew(variant: Variant): string {
  const {rows, columns} = variant;
  return `
  fn main(index: i32) {
    if (index >= uniforms.threads) {
      return;
    }
    let C = uniforms.channels.x;
    let F = uniforms.channels.y;
    let H = uniforms.inSize.x;
    let W = uniforms.inSize.y;
    let weights = uniforms.filterSize.x * uniforms.filterSize.y * C;
    let firstF = index % uniforms.tiles.y * ${columns};
    let slice = index / uniforms.tiles.y / uniforms.tiles.x;
    let k = index / uniforms.tiles.y % uniforms.tiles.x * ${rows};
    ${each(columns, (l) => `let f${l} = min(firstF + ${l}, F - 1);`)}
    ${each(
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
    for (var p = begin; p < end; p++) {
      let line = p / uniforms.outSize.y;
      let image = line / uniforms.outSize.x;
      let oh = (line - image * uniforms.outSize.x) * uniforms.stride.x;
      let ow = (p - line * uniforms.outSize.y) * uniforms.stride.y;
      let start = image * H;
      ${each(columns / 4, (v) => `let y${v} = vec4<f32>(${each(4, (l) => `dy[p * F + f${4 * v + l}]`, ', ')});`)}
      ${each(
        rows,
        (q) => `
      let h${q} = oh + top${q};
      let w_${q} = ow + left${q};
      let in${q} = (u32(h${q}) < u32(H)) & (u32(w_${q}) < u32(W));
      let x${q} = select(0.0, x[select(0, ((start + h${q}) * W + w_${q}) * C + c${q}, in${q})], in${q});
      ${each(columns / 4, (v) => `sum${q}_${v} += x${q} * y${v};`)}`,
      )}
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
