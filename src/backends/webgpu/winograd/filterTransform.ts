import {guard, repeated} from '../wgsl.js';
import {eachElement, tileTransform} from './tileTransform.js';

const filter = tileTransform('filterTiles2', 'transformed', (i, j) => `v${i}_${j}`);

const shader = (depth: string, channelBlocks: string, weight: (i: number, j: number) => string) => `
  fn main(index: i32) {
    ${guard}
    let C = uniforms.channels.x;
    let F = uniforms.channels.y;
    let ${channelBlocks} = index % uniforms.channelBlocks;
    let ${depth} = index / uniforms.channelBlocks;
    ${eachElement([3, 3], (i, j) => `let v${i}_${j} = ${weight(i, j)};`)}
    ${filter.text}
    let matrixSize = uniforms.threads;
    ${eachElement([filter.side, filter.side], (k, l) => `result[${filter.side * k + l} * matrixSize + index] = transformed${k}_${l};`)}
  }
`;

/** result[4k + l, c, f] = (G·filter[…, c, f]·Gᵀ)[k, l]: filter [3, 3, C, F] → [16, C, F]. A thread transforms four channels f. */
export const filters = shader('c', 'f', (i, j) => `Filter[((${3 * i + j}) * C + c) * F / 4 + f]`);

/** The same for the filter flipped by 180° and transposed: [3, 3, C, F] → [16, F, C]. A thread transforms four channels c. */
export const flippedFilters = shader('f', 'c', (i, j) => {
  const tap = 3 * (2 - i) + 2 - j;
  return `vec4<f32>(${repeated(4, (l) => `Filter[(${tap} * C + 4 * c + ${l}) * F + f]`, ', ')})`;
});
