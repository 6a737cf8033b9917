import {guard, tapRanges} from '../wgsl.js';

/**
 * dx at a stride above 1, where each pixel meets taps of its own. A thread computes four channels of a pixel:
 *
 *     dx[n, h, w, c] = Σ_{i, j} dy[n, oh, ow, c] · filter[i, j, c]      where oh·sh = h + pt − i·dh and ow·sw = w + pl − j·dw
 *
 * The taps with a whole oh form one residue class, as in `direct`.
 */
export const backpropInput = `
  ${tapRanges}
  fn main(index: i32) {
    ${guard}
    let channelBlocks = uniforms.channelBlocks;
    let c = index % channelBlocks;
    let pixel = index / channelBlocks;
    let line = pixel / uniforms.inSize.y;
    let n = line / uniforms.inSize.x;
    let bottom = line - n * uniforms.inSize.x + uniforms.pad.x;
    let right = pixel - line * uniforms.inSize.y + uniforms.pad.y;
    let rows = tapsReaching(
      bottom, uniforms.stride.x, uniforms.dilation.x, uniforms.tapStep.x, uniforms.filterSize.x, uniforms.outSize.x);
    let columns = tapsReaching(
      right, uniforms.stride.y, uniforms.dilation.y, uniforms.tapStep.y, uniforms.filterSize.y, uniforms.outSize.y);
    var sum = vec4<f32>();
    for (var i = rows.x; i < rows.y; i += uniforms.tapStep.x) {
      let row = n * uniforms.outSize.x + (bottom - i * uniforms.dilation.x) / uniforms.stride.x;
      for (var j = columns.x; j < columns.y; j += uniforms.tapStep.y) {
        let column = (right - j * uniforms.dilation.y) / uniforms.stride.y;
        let tap = i * uniforms.filterSize.y + j;
        sum += dy[(row * uniforms.outSize.y + column) * channelBlocks + c] * Filter[tap * channelBlocks + c];
      }
    }
    result[index] = sum;
  }
`;
