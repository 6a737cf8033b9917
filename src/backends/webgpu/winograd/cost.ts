import type {ProductCount} from '../cost.js';

/** The elements of a transformed tile, which has 4×4 pixels. Each has a matrix of its own. */
export const matrixCount = 16;

/** The products of the step that multiplies: [rows×depth]·[depth×width] for each matrix. */
export const winogradProducts: ProductCount = (
  _info,
  _pass,
  {uniforms: {rows: [rows] = [0], depth: [depth] = [0], width: [width] = [0]}},
) => matrixCount * rows * depth * width;
