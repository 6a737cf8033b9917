import {guard, tapRanges} from '../wgsl.js';

/**
 * The definition, with a thread for each element of y:
 *
 *     y[n, oh, ow, c·step + m] = Σ_{i, j, c} x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · filter[i, j, c, m]
 *
 * x [N, H, W, C], filter [kh, kw, C, depth] → y [N, OH, OW, F]. In a dense convolution step is 0 and c goes over all channels. In a
 * depthwise one step is M and c is the one channel that f belongs to. Taps outside x are skipped. Source: https://arxiv.org/abs/1603.07285.
 * Limits: sums in float32, in the order i, j, c.
 */
export const forward = `
  ${tapRanges}
  fn main(index: i32) {
    ${guard}
    let C = uniforms.channels.x;
    let f = index % uniforms.channels.y;
    let pixel = index / uniforms.channels.y;
    let ow = pixel % uniforms.outSize.y;
    let oh = pixel / uniforms.outSize.y % uniforms.outSize.x;
    let n = pixel / uniforms.outSize.y / uniforms.outSize.x;
    let top = oh * uniforms.stride.x - uniforms.pad.x;
    let left = ow * uniforms.stride.y - uniforms.pad.y;
    let rows = stepsInside(top, uniforms.dilation.x, uniforms.filterSize.x, uniforms.inSize.x);
    let columns = stepsInside(left, uniforms.dilation.y, uniforms.filterSize.y, uniforms.inSize.y);
    var first = 0;
    var end = C;
    if (uniforms.channelStep > 0) {
      first = f / uniforms.channelStep;
      end = first + 1;
    }
    var sum = 0.0;
    for (var i = rows.x; i < rows.y; i++) {
      let row = n * uniforms.inSize.x + top + i * uniforms.dilation.x;
      for (var j = columns.x; j < columns.y; j++) {
        let at = (row * uniforms.inSize.y + left + j * uniforms.dilation.y) * C;
        let tap = (i * uniforms.filterSize.y + j) * C;
        for (var c = first; c < end; c++) {
          sum += x[at + c] * Filter[(tap + c) * uniforms.depth + f - c * uniforms.channelStep];
        }
      }
    }
    result[index] = epilogue(sum, f);
  }
`;
