import {guard, place} from './place.js';
import {eachOf, turned} from './turning.js';

/** The sums over slices of the 16 planes of one quad, slices in their order. */
const planes = `
    let plane = uniforms.threads;
    ${eachOf([4, 4], (k, l) => `var v${k}_${l} = products[${4 * k + l} * plane + index];`)}
    for (var s = 1; s < uniforms.slices; s++) {
      let at = 16 * s * plane + index;
      ${eachOf([4, 4], (k, l) => `v${k}_${l} += products[at + ${4 * k + l} * plane];`)}
    }
`;
const value = (i: number, j: number) => `v${i}_${j}`;

/** result[n, 2·row + i, 2·column + j, …] = (Aᵀ·products[…, t, …]·A)[i, j]: [S, 16, T, D] → [N, H, W, D], four channels for each thread. */
export const outputs = `
  fn main(index: i32) {
    ${guard}
    ${place}
    if (n >= uniforms.batch) {
      return;
    }
    let h = 2 * (line - n * uniforms.grid.x);
    let w = 2 * (t - line * uniforms.grid.y);
    ${planes}
    ${turned('outputTiles2', 'y', value).text}
    let at = ((n * uniforms.image.x + h) * uniforms.image.y + w) * quads + c;
    let below = h + 1 < uniforms.image.x;
    let right = w + 1 < uniforms.image.y;
    result[at] = finish(y0_0, 4 * c);
    if (right) { result[at + quads] = finish(y0_1, 4 * c); }
    if (below) { result[at + uniforms.image.y * quads] = finish(y1_0, 4 * c); }
    if (below & right) { result[at + (uniforms.image.y + 1) * quads] = finish(y1_1, 4 * c); }
  }
`;

/** result[i, j, c, f] = (Gᵀ·products[…, c, f]·G)[i, j]: [S, 16, C, F] → [3, 3, C, F], four channels f for each thread. */
export const gradients = `
  fn main(index: i32) {
    ${guard}
    ${planes}
    ${turned('gradientTiles2', 'g', value).text}
    ${eachOf([3, 3], (i, j) => `result[${3 * i + j} * plane + index] = g${i}_${j};`)}
  }
`;
