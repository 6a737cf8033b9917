import {guard, repeated, tapRanges} from '../wgsl.js';

/** The pixels of a row that a thread computes. */
export const pixels = 8;

/**
 * A depthwise convolution of multiplier 1. A thread computes four channels of {@link pixels} pixels of a row:
 *
 *     result[n, oh, ow, c] = Σ_{i, j} source[n, oh·sh − pt + i·dh, ow·sw − pl + j·dw, c] · filter[i, j, c]
 *
 * It computes the forward pass of x, and with the taps flipped by 180° also dx of dy at stride 1. Rows outside the source are skipped, and
 * pixels outside a row are zeros. If `sliding`, a pixel meets at one tap what its neighbour meets at the next. So the thread reads each
 * pixel of the source once per row of taps.
 * @param sliding whether a step of a tap is a step of a pixel (sw = dw)
 */
export function shader(sliding: boolean): string {
  const all = (text: (q: number) => string) => repeated(pixels, text, ' ');
  const read = (q: number) => `loadPixel(row, left + ${q} * uniforms.stride.y + j * uniforms.dilation.y, c)`;
  const last = pixels - 1;
  return `
  ${tapRanges}
${loadPixel('source')}
  fn main(index: i32) {
    ${guard}
    let C = uniforms.channels.x;
    let OW = uniforms.outSize.y;
    let c = index % uniforms.channelBlocks * 4;
    let tilesOfRow = (OW + ${last}) / ${pixels};
    let tile = index / uniforms.channelBlocks;
    let line = tile / tilesOfRow;
    let ow = (tile - line * tilesOfRow) * ${pixels};
    let image = line / uniforms.outSize.x;
    let top = (line - image * uniforms.outSize.x) * uniforms.stride.x - uniforms.pad.x;
    let left = ow * uniforms.stride.y - uniforms.pad.y;
    let rows = stepsInside(top, uniforms.dilation.x, uniforms.filterSize.x, uniforms.inSize.x);
    ${all((q) => `var sum${q} = vec4<f32>();`)}
    for (var i = rows.x; i < rows.y; i++) {
      let row = (image * uniforms.inSize.x + top + i * uniforms.dilation.x) * uniforms.inSize.y;
      ${sliding ? `var j = 0; ${repeated(last, (q) => `var x${q} = ${read(q)};`, ' ')}` : ''}
      for (${sliding ? '' : 'var j = 0'}; j < uniforms.filterSize.y; j++) {
        let tap = abs(uniforms.lastTap - i * uniforms.filterSize.y - j);
        let w = Filter[(tap * C + c) >> 2u];
        ${sliding ? `let x${last} = ${read(last)};` : all((q) => `let x${q} = ${read(q)};`)}
        ${all((q) => `sum${q} += x${q} * w;`)}
        ${sliding ? repeated(last, (q) => `x${q} = x${q + 1};`, ' ') : ''}
      }
    }
    ${all((q) => `if (ow + ${q} < OW) { result[((line * OW + ow + ${q}) * C + c) >> 2u] = epilogue(sum${q}, c); }`)}
  }
`;
}

/**
 * WGSL of `loadPixel(row, w, c)`: four channels from c on of the input's pixel w, in the row whose first pixel is `row`. It returns zeros
 * left and right of the row.
 */
export function loadPixel(input: string): string {
  return `
  fn loadPixel(row: i32, w: i32, c: i32) -> vec4<f32> {
    let inside = u32(w) < u32(uniforms.inSize.y);
    return select(vec4<f32>(), ${input}[select(0, ((row + w) * uniforms.channels.x + c) >> 2u, inside)], inside);
  }
`;
}
