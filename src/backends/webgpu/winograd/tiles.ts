import type {TileMatrix} from '../../../engine/tileMatrices.js';
import {guard, place} from './place.js';
import {eachOf, turned} from './turning.js';

/**
 * Tiles of an image into planes, four channels for each thread:
 *
 *     result[k·side + l, t, d] = (M·v·Mᵀ)[k, l],   v[i, j] = source[n, 2·row − top + i, 2·column − left + j, d]
 *
 * source [N, H, W, D] → [side², T, D], tile t = (n, row, column). Pixels beside the image are zeros, and so are tiles past the last, which fill T up to
 * a multiple of 4.
 */
export function tilesShader(matrix: TileMatrix, size: 2 | 4): string {
  const {text, side} = turned(matrix, 'turned', (i, j) => `v${i}_${j}`);
  return `
  fn main(index: i32) {
    ${guard}
    ${place}
    let top = 2 * (line - n * uniforms.grid.x) - uniforms.origin.x;
    let left = 2 * (t - line * uniforms.grid.y) - uniforms.origin.y;
    let H = uniforms.image.x;
    let W = uniforms.image.y;
    let present = n < uniforms.batch;
    ${eachOf(
      [size, size],
      (i, j) => `
    let in${i}_${j} = present & (u32(top + ${i}) < u32(H)) & (u32(left + ${j}) < u32(W));
    let at${i}_${j} = select(0, ((n * H + top + ${i}) * W + left + ${j}) * quads + c, in${i}_${j});
    let v${i}_${j} = select(vec4<f32>(), source[at${i}_${j}], in${i}_${j});`,
    )}
    ${text}
    let plane = uniforms.threads;
    ${eachOf([side, side], (k, l) => `result[${side * k + l} * plane + index] = turned${k}_${l};`)}
  }
`;
}
