import {guard} from '../wgsl.js';
import {eachElement, tileOfThread, tileTransform} from './tileTransform.js';

/** WGSL: the 16 matrices at one block of four channels, with their slices summed in order. */
const matrixSums = `
    let matrixSize = uniforms.threads;
    ${eachElement([4, 4], (k, l) => `var v${k}_${l} = products[${4 * k + l} * matrixSize + index];`)}
    for (var s = 1; s < uniforms.slices; s++) {
      let at = 16 * s * matrixSize + index;
      ${eachElement([4, 4], (k, l) => `v${k}_${l} += products[at + ${4 * k + l} * matrixSize];`)}
    }
`;
const value = (i: number, j: number) => `v${i}_${j}`;

/**
 * result[n, 2·row + i, 2·column + j, …] = (Aᵀ·products[…, t, …]·A)[i, j]: [S, 16, T, D] → [N, H, W, D]. A thread transforms four channels
 * of a tile.
 */
export const outputs = `
  fn main(index: i32) {
    ${guard}
    ${tileOfThread}
    if (n >= uniforms.batch) {
      return;
    }
    let h = 2 * (line - n * uniforms.grid.x);
    let w = 2 * (t - line * uniforms.grid.y);
    ${matrixSums}
    ${tileTransform('outputTiles2', 'y', value).text}
    let at = ((n * uniforms.image.x + h) * uniforms.image.y + w) * channelBlocks + c;
    let below = h + 1 < uniforms.image.x;
    let right = w + 1 < uniforms.image.y;
    result[at] = epilogue(y0_0, 4 * c);
    if (right) { result[at + channelBlocks] = epilogue(y0_1, 4 * c); }
    if (below) { result[at + uniforms.image.y * channelBlocks] = epilogue(y1_0, 4 * c); }
    if (below & right) { result[at + (uniforms.image.y + 1) * channelBlocks] = epilogue(y1_1, 4 * c); }
  }
`;

/** result[i, j, c, f] = (Gᵀ·products[…, c, f]·G)[i, j]: [S, 16, C, F] → [3, 3, C, F]. A thread transforms four channels f. */
export const gradients = `
  fn main(index: i32) {
    ${guard}
    ${matrixSums}
    ${tileTransform('gradientTiles2', 'g', value).text}
    ${eachElement([3, 3], (i, j) => `result[${3 * i + j} * matrixSize + index] = g${i}_${j};`)}
  }
`;
