import {matrices} from './assembly/modules.js';

/** The matrices that turn tiles, by role and by m, the size of a tile of y; see assembly/matrices.mjs. */
export const tileMatrices = [
  ...(['inputTiles2', 'filterTiles2', 'outputTiles2', 'errorTiles2', 'gradientTiles2'] as const),
  ...(['inputTiles4', 'filterTiles4', 'outputTiles4', 'errorTiles4', 'gradientTiles4'] as const),
] as const;
export type TileMatrix = (typeof tileMatrices)[number];

/** Rows of a matrix. */
export function tileMatrix(name: TileMatrix): readonly (readonly number[])[] {
  return matrices[name];
}
