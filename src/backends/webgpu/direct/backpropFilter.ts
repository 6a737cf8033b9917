import {guard, outputsOfTap, tapRanges} from '../wgsl.js';

/**
 * The gradient of the definition by the filter, with a thread for each weight:
 *
 *     dFilter[i, j, c, m] = Σ_{n, oh, ow} x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · dy[n, oh, ow, c·step + m]
 *
 * x [N, H, W, C], dy [N, OH, OW, F] → dFilter [kh, kw, C, depth]. It visits only those pixels whose tap lies inside x. Source:
 * https://arxiv.org/abs/1603.07285. Limits: one thread sums N·OH·OW terms in float32, in the order n, oh, ow, so few weights leave the
 * device idle.
 */
export const backpropFilter = `
  ${tapRanges}
  fn main(index: i32) {
    ${guard}
    let C = uniforms.channels.x;
    let F = uniforms.channels.y;
    let m = index % uniforms.depth;
    let c = index / uniforms.depth % C;
    let tap = index / uniforms.depth / C;
    ${outputsOfTap}
    let f = c * uniforms.channelStep + m;
    var sum = 0.0;
    for (var n = 0; n < uniforms.batch; n++) {
      for (var oh = rows.x; oh < rows.y; oh++) {
        let row = (n * uniforms.inSize.x + top + oh * uniforms.stride.x) * uniforms.inSize.y + left;
        let errors = (n * uniforms.outSize.x + oh) * uniforms.outSize.y;
        for (var ow = columns.x; ow < columns.y; ow++) {
          sum += x[(row + ow * uniforms.stride.y) * C + c] * dy[(errors + ow) * F + f];
        }
      }
    }
    result[index] = sum;
  }
`;
