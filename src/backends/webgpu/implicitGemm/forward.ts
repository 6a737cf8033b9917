import {guard, repeated} from '../wgsl.js';
import {addTap, columnsOf, locate, sliceOfDepth} from './products.js';
import {store, sums, type Variant} from './variant.js';

/**
 * A product of im2col rows and the filter, whose tiles of pixels × channels lie in registers:
 *
 *     y[p, f] = Σ_{i, j, c} x[pixel of p at tap (i, j), c] · filter[i, j, c, f]      [P×RC]·[RC×F]→[P×F], P = N·OH·OW, R = kh·kw
 *
 * If there are few tiles, c goes over a slice of the channels, and a second step adds the slices up.
 */
export function forward(variant: Variant): string {
  const {rows, columns} = variant;
  return `
  fn main(index: i32) {
    ${guard}
    let depth = uniforms.channels.x;
    let width = uniforms.channels.y;
    let H = uniforms.inSize.x;
    let W = uniforms.inSize.y;
    let pixels = uniforms.batch * uniforms.outSize.x * uniforms.outSize.y;
    ${sliceOfDepth}
    let first = item % uniforms.tiles * ${columns};
    let p = item / uniforms.tiles * ${rows};
    ${columnsOf(variant)}
    ${repeated(
      rows,
      (q) => `
    let p${q} = min(p + ${q}, pixels - 1);
    let line${q} = p${q} / uniforms.outSize.y;
    let image${q} = line${q} / uniforms.outSize.x;
    let top${q} = (line${q} - image${q} * uniforms.outSize.x) * uniforms.stride.x - uniforms.pad.x;
    let left${q} = (p${q} - line${q} * uniforms.outSize.y) * uniforms.stride.y - uniforms.pad.y;`,
    )}
    ${sums(variant)}
    for (var i = 0; i < uniforms.filterSize.x; i++) {
      ${repeated(rows, (q) => `let h${q} = top${q} + i * uniforms.dilation.x; let row${q} = (image${q} * H + h${q}) * W;`)}
      for (var j = 0; j < uniforms.filterSize.y; j++) {
        ${repeated(rows, (q) => `let w_${q} = left${q} + j * uniforms.dilation.y; ${locate(q, `h${q}`, `w_${q}`, `row${q}`, ['H', 'W'])}`)}
        var tap = ((i * uniforms.filterSize.y + j) * depth + begin) * width;
        ${addTap(variant, 'x', 'Filter')}
      }
    }
    ${store(
      variant,
      (q) => `p + ${q} < pixels`,
      (q) => `(slice * pixels + p + ${q}) * width`,
      'first',
      'width',
      (value, channel) => `epilogue(${value}, ${channel})`,
    )}
  }
`;
}
