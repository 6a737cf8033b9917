import {guard, repeated} from '../wgsl.js';
import {loadPixel} from './shader.js';

/** The taps of a row that a thread computes. */
export const taps = 3;

/**
 * The gradient by the filter. A thread computes four channels and {@link taps} taps of a row, over a slice of the output's rows:
 *
 *     part[s, i, j, c] = Σ_{n, oh of slice s, ow} x[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · dy[n, oh, ow, c]
 *
 * Rows outside x are skipped, and pixels outside a row are zeros. If `sliding`, the thread reads each pixel of x once.
 * @param sliding whether a step of a tap is a step of a pixel (sw = dw)
 */
export function backpropFilter(sliding: boolean): string {
  const all = (text: (t: number) => string) => repeated(taps, text, ' ');
  const read = (t: number) => `loadPixel(row, left + ow * uniforms.stride.y + ${t} * uniforms.dilation.y, c)`;
  const last = taps - 1;
  return `
  ${loadPixel('x')}
  fn main(index: i32) {
    ${guard}
    let c = index % uniforms.channelBlocks * 4;
    let item = index / uniforms.channelBlocks;
    let groups = (uniforms.filterSize.y + ${last}) / ${taps};
    let j = item % groups * ${taps};
    let i = item / groups % uniforms.filterSize.x;
    let slice = item / groups / uniforms.filterSize.x;
    let OW = uniforms.outSize.y;
    let top = i * uniforms.dilation.x - uniforms.pad.x;
    let left = j * uniforms.dilation.y - uniforms.pad.y;
    ${all((t) => `var sum${t} = vec4<f32>();`)}
    let begin = slice * uniforms.slice / OW;
    let end = min(begin + uniforms.slice / OW, uniforms.batch * uniforms.outSize.x);
    for (var line = begin; line < end; line++) {
      let image = line / uniforms.outSize.x;
      let h = top + (line - image * uniforms.outSize.x) * uniforms.stride.x;
      if (h >= 0 && h < uniforms.inSize.x) {
        let row = (image * uniforms.inSize.x + h) * uniforms.inSize.y;
        ${sliding ? `var ow = 0; ${repeated(last, (t) => `var x${t} = ${read(t)};`, ' ')}` : ''}
        for (${sliding ? '' : 'var ow = 0'}; ow < OW; ow++) {
          let y = dy[((line * OW + ow) * uniforms.channels.x + c) >> 2u];
          ${sliding ? `let x${last} = ${read(last)};` : all((t) => `let x${t} = ${read(t)};`)}
          ${all((t) => `sum${t} += x${t} * y;`)}
          ${sliding ? repeated(last, (t) => `x${t} = x${t + 1};`, ' ') : ''}
        }
      }
    }
    let at = (slice * uniforms.filterSize.x + i) * uniforms.filterSize.y + j;
    ${all((t) => `if (j + ${t} < uniforms.filterSize.y) { result[((at + ${t}) * uniforms.channels.x + c) >> 2u] = sum${t}; }`)}
  }
`;
}
