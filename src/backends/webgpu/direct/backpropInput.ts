import {guard, tapRanges} from '../wgsl.js';

/**
 * The transpose of the definition, with a thread for each element of dx:
 *
 *     dx[n, h, w, c] = Σ_{i, j, m} dy[n, oh, ow, c·step + m] · filter[i, j, c, m]
 *                      where oh·sh = h + pt − i·dh and ow·sw = w + pl − j·dw
 *
 * dy [N, OH, OW, F], filter [kh, kw, C, depth] → dx [N, H, W, C]. The taps i with a whole oh form one residue class modulo tapStep = s /
 * gcd(s, d). In a gap between windows there are none, and dx is 0. The shader searches for the first such tap and steps on by tapStep.
 * Source: https://arxiv.org/abs/1603.07285. Limits: sums in float32, in the order i, j, m.
 */
export const backpropInput = `
  ${tapRanges}
  fn main(index: i32) {
    ${guard}
    let C = uniforms.channels.x;
    let c = index % C;
    let pixel = index / C;
    let w = pixel % uniforms.inSize.y;
    let h = pixel / uniforms.inSize.y % uniforms.inSize.x;
    let n = pixel / uniforms.inSize.y / uniforms.inSize.x;
    let bottom = h + uniforms.pad.x;
    let right = w + uniforms.pad.y;
    let rows = tapsReaching(
      bottom, uniforms.stride.x, uniforms.dilation.x, uniforms.tapStep.x, uniforms.filterSize.x, uniforms.outSize.x);
    let columns = tapsReaching(
      right, uniforms.stride.y, uniforms.dilation.y, uniforms.tapStep.y, uniforms.filterSize.y, uniforms.outSize.y);
    var sum = 0.0;
    for (var i = rows.x; i < rows.y; i += uniforms.tapStep.x) {
      let row = n * uniforms.outSize.x + (bottom - i * uniforms.dilation.x) / uniforms.stride.x;
      for (var j = columns.x; j < columns.y; j += uniforms.tapStep.y) {
        let column = (right - j * uniforms.dilation.y) / uniforms.stride.y;
        let at = (row * uniforms.outSize.y + column) * uniforms.channels.y + c * uniforms.channelStep;
        let tap = ((i * uniforms.filterSize.y + j) * C + c) * uniforms.depth;
        for (var m = 0; m < uniforms.depth; m++) {
          sum += dy[at + m] * Filter[tap + m];
        }
      }
    }
    result[index] = sum;
  }
`;
