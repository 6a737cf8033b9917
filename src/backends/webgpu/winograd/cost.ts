import type {ProductCount} from '../cost.js';

/** Of a tile, 4×4 pixels. */
export const matrixCount = 16;

/** [rows×depth]·[depth×width] for each matrix, where a step is that product. */
export const winogradProducts: ProductCount = (
  _info,
  _pass,
  {uniforms: {rows: [rows] = [0], depth: [depth] = [0], width: [width] = [0]}},
) => matrixCount * rows * depth * width;
