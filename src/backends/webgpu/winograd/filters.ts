import {each} from '../text.js';
import {guard} from './place.js';
import {eachOf, turned} from './turning.js';

const filter = turned('filterTiles2', 'turned', (i, j) => `v${i}_${j}`);

const shader = (depth: string, quads: string, weight: (i: number, j: number) => string) => `
  fn main(index: i32) {
    ${guard}
    let C = uniforms.channels.x;
    let F = uniforms.channels.y;
    let ${quads} = index % uniforms.quads;
    let ${depth} = index / uniforms.quads;
    ${eachOf([3, 3], (i, j) => `let v${i}_${j} = ${weight(i, j)};`)}
    ${filter.text}
    let plane = uniforms.threads;
    ${eachOf([filter.side, filter.side], (k, l) => `result[${filter.side * k + l} * plane + index] = turned${k}_${l};`)}
  }
`;

/** result[4k + l, c, f] = (G·filter[…, c, f]·Gᵀ)[k, l]; filter [3, 3, C, F] → [16, C, F], four channels f for each thread. */
export const filters = shader('c', 'f', (i, j) => `Filter[((${3 * i + j}) * C + c) * F / 4 + f]`);

/** The same of a filter turned by 180° with its channels swapped, [16, F, C], four channels c for each thread. */
export const turnedFilters = shader('f', 'c', (i, j) => {
  const tap = 3 * (2 - i) + 2 - j;
  return `vec4<f32>(${each(4, (l) => `Filter[(${tap} * C + 4 * c + ${l}) * F + f]`, ', ')})`;
});
