import type {Products} from '../cost.js';

/** Of a tile, 4×4 pixels. */
export const planes = 16;

/** [rows×depth]·[depth×width] for each plane, where a step is that product. */
export const winogradProducts: Products = (
  _info,
  _pass,
  {uniforms: {rows: [rows] = [0], depth: [depth] = [0], width: [width] = [0]}},
) => planes * rows * depth * width;
