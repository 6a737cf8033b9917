import {each} from '../text.js';
import {addTap, columnsOf, locate, sliceOfDepth} from './products.js';
import {store, sums, type Variant} from './variant.js';

/**
 * The same product of dy and the filter, turned first:
 *
 *     dx[p, c] = Σ_{i, j, f} dy[the output that reads p through tap (i, j), f] · turned[i, j, f, c]      [P×RF]·[RF×C]→[P×C]
 *
 * Pixels are grouped by their residues modulo the strides, h = residue + sh·step: those of a group meet the same taps, of which only every
 * tapStep-th leads to an output, (residue + pt − i·dh) / sh + step. Slices of f as of c in forward. A thread has pixels of one group; one without any tap gets zeros.
 */
export function backpropInput(variant: Variant): string {
  const {rows, columns} = variant;
  return `
  fn firstTap(reach: i32, stride: i32, dilation: i32, tapStep: i32, count: i32) -> i32 {
    for (var t = 0; t < min(tapStep, count); t++) {
      if ((reach - t * dilation) % stride == 0) {
        return t;
      }
    }
    return count;
  }

  fn main(index: i32) {
    if (index >= uniforms.threads) {
      return;
    }
    let depth = uniforms.channels.y;
    let width = uniforms.channels.x;
    let OH = uniforms.outSize.x;
    let OW = uniforms.outSize.y;
    let pixels = uniforms.batch * uniforms.steps.x * uniforms.steps.y;
    let tilesOfGroup = (pixels + ${rows - 1}) / ${rows};
    ${sliceOfDepth}
    let first = place % uniforms.tiles * ${columns};
    let tile = place / uniforms.tiles;
    let group = tile / tilesOfGroup;
    let p = (tile - group * tilesOfGroup) * ${rows};
    let residue = vec2<i32>(group / uniforms.groups, group % uniforms.groups);
    let reach = residue + uniforms.pad;
    ${columnsOf(variant)}
    ${each(
      rows,
      (q) => `
    let p${q} = min(p + ${q}, pixels - 1);
    let line${q} = p${q} / uniforms.steps.y;
    let image${q} = line${q} / uniforms.steps.x;
    let step${q} = vec2<i32>(line${q} - image${q} * uniforms.steps.x, p${q} - line${q} * uniforms.steps.y);`,
    )}
    ${sums(variant)}
    let i0 = firstTap(reach.x, uniforms.stride.x, uniforms.dilation.x, uniforms.tapStep.x, uniforms.filterSize.x);
    let j0 = firstTap(reach.y, uniforms.stride.y, uniforms.dilation.y, uniforms.tapStep.y, uniforms.filterSize.y);
    for (var i = i0; i < uniforms.filterSize.x; i += uniforms.tapStep.x) {
      let oh = (reach.x - i * uniforms.dilation.x) / uniforms.stride.x;
      ${each(rows, (q) => `let h${q} = oh + step${q}.x; let row${q} = (image${q} * OH + h${q}) * OW;`)}
      for (var j = j0; j < uniforms.filterSize.y; j += uniforms.tapStep.y) {
        let ow = (reach.y - j * uniforms.dilation.y) / uniforms.stride.y;
        ${each(rows, (q) => `let w_${q} = ow + step${q}.y; ${locate(q, `h${q}`, `w_${q}`, `row${q}`, ['OH', 'OW'])}`)}
        var tap = ((i * uniforms.filterSize.y + j) * depth + begin) * width;
        ${addTap(variant, 'dy', 'turned')}
      }
    }
    ${each(rows, (q) => `let pixel${q} = residue + step${q} * uniforms.stride;`)}
    ${store(
      variant,
      (q) => `p + ${q} < pixels && all(pixel${q} < uniforms.inSize)`,
      (q) =>
        `(((slice * uniforms.batch + image${q}) * uniforms.inSize.x + pixel${q}.x) * uniforms.inSize.y + pixel${q}.y) * width`,
      'first',
      'width',
    )}
  }
`;
}

/** turned[i, j, f, c] = filter[i, j, c, f], so that weights that are used side by side lie side by side. */
export const turnFilter = `
  fn main(index: i32) {
    if (index >= uniforms.threads) {
      return;
    }
    let c = index % uniforms.channels.x;
    let f = index / uniforms.channels.x % uniforms.channels.y;
    let tap = index / uniforms.channels.x / uniforms.channels.y;
    result[index] = Filter[(tap * uniforms.channels.x + c) * uniforms.channels.y + f];
  }
`;
