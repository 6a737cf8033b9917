import type {TileMatrix} from '../../../engine/tileMatrices.js';
import {guard} from '../wgsl.js';
import {eachElement, tileOfThread, tileTransform} from './tileTransform.js';

/**
 * Transforms the tiles of an image, four channels in a thread:
 *
 *     result[k·side + l, t, d] = (M·v·Mᵀ)[k, l],   v[i, j] = source[n, 2·row − top + i, 2·column − left + j, d]
 *
 * source [N, H, W, D] → [side², T, D], tile t = (n, row, column). Pixels beside the image are zeros. T is a multiple of 4, and the tiles
 * added to reach that are zeros too.
 */
export function tilesShader(matrix: TileMatrix, size: 2 | 4): string {
  const {text, side} = tileTransform(matrix, 'transformed', (i, j) => `v${i}_${j}`);
  return `
  fn main(index: i32) {
    ${guard}
    ${tileOfThread}
    let top = 2 * (line - n * uniforms.grid.x) - uniforms.origin.x;
    let left = 2 * (t - line * uniforms.grid.y) - uniforms.origin.y;
    let H = uniforms.image.x;
    let W = uniforms.image.y;
    let present = n < uniforms.batch;
    ${eachElement(
      [size, size],
      (i, j) => `
    let in${i}_${j} = present & (u32(top + ${i}) < u32(H)) & (u32(left + ${j}) < u32(W));
    let at${i}_${j} = select(0, ((n * H + top + ${i}) * W + left + ${j}) * channelBlocks + c, in${i}_${j});
    let v${i}_${j} = select(vec4<f32>(), source[at${i}_${j}], in${i}_${j});`,
    )}
    ${text}
    let matrixSize = uniforms.threads;
    ${eachElement([side, side], (k, l) => `result[${side * k + l} * matrixSize + index] = transformed${k}_${l};`)}
  }
`;
}
