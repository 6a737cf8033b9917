import {matrices} from './assembly/modules.js';

/** The matrices that transform tiles from both sides, by their role and by m, the side of a tile of y. See assembly/matrices.mjs. */
const square = [
  ...(['inputTiles2', 'filterTiles2', 'outputTiles2', 'errorTiles2', 'gradientTiles2'] as const),
  ...(['inputTiles4', 'filterTiles4', 'outputTiles4', 'errorTiles4', 'gradientTiles4'] as const),
] as const;
/** The same matrices, when they transform lines (tiles of one row) from one side. */
const lines = ['inputLines2', 'filterLines2', 'outputLines2', 'errorLines2', 'gradientLines2'] as const;

export const tileMatrices = [...square, ...lines] as const;
export type TileMatrix = (typeof tileMatrices)[number];

/** The rows of a matrix. */
export function tileMatrix(name: TileMatrix): readonly (readonly number[])[] {
  return matrices[name.replace('Lines', 'Tiles') as (typeof square)[number]];
}

/** How many rows the tiles have before the transform and after it. */
export function tileHeights(name: TileMatrix): {from: number; to: number} {
  const matrix = tileMatrix(name);
  return name.includes('Lines') ? {from: 1, to: 1} : {from: matrix[0].length, to: matrix.length};
}
