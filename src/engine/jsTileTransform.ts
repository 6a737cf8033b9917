import {countHit, makeCounters} from './coverageCounter.js';
import type {PackedBatch, TileDestination, WinogradTiles} from './engine.js';
import {packedRows} from './jsMemory.js';
import {tileHeights, tileMatrix} from './tileMatrices.js';

const [transformed, packed] = makeCounters(['js tile transforms', 'js tile transforms, packed']);
export const tileTransformCounters = [transformed, packed];

/** The rows of a matrix. */
type MatrixRows = readonly (readonly number[])[];

/** Transforms {@link WinogradTiles} in plain JavaScript, in double. @param matrix defaults to the matrix that `work` names */
export function transformTiles(
  {outOffsets, out, outRowStep, outColumnStep, ...work}: WinogradTiles & TileDestination,
  matrix?: MatrixRows,
): void {
  countHit?.(transformed);
  forEachTile(work, matrix, (tile, lane, p, q, value) => {
    out[((outOffsets[tile] + p * outRowStep + q * outColumnStep) >> 2) + lane] = value;
  });
}

/**
 * Transforms tiles into packed matrices, one for each element of a transformed tile.
 * @param matrix defaults to the matrix that `work` names
 */
export function transformTilesPacked(work: WinogradTiles, room: PackedBatch, matrix?: MatrixRows): PackedBatch {
  countHit?.(packed);
  const side = tileMatrix(work.matrix).length;
  const {batch, put} = packedRows(room, work);
  forEachTile(work, matrix, (tile, lane, p, q, value) => put(p * side + q, tile, lane, value));
  return batch;
}

function forEachTile(
  {matrix, source, tileOffsets, rowStep, columnStep, lanes}: WinogradTiles,
  rows: MatrixRows = tileMatrix(matrix),
  put: (tile: number, lane: number, p: number, q: number, value: number) => void,
): void {
  const {from: height, to} = tileHeights(matrix);
  const [a, b] = [rows.length, rows[0].length];
  /** The matrix on the left. Lines have none. */
  const left: MatrixRows = to === 1 ? [[1]] : rows;
  const half = new Float64Array(to * b);
  for (let tile = 0; tile < tileOffsets.length; tile++) {
    for (let lane = 0; lane < lanes; lane++) {
      half.fill(0);
      for (let i = 0; i < height; i++) {
        for (let j = 0; j < b; j++) {
          const value = source[((tileOffsets[tile] + i * rowStep + j * columnStep) >> 2) + lane];
          for (let p = 0; p < to; p++) if (left[p][i] !== 0) half[p * b + j] += left[p][i] * value;
        }
      }
      for (let p = 0; p < to; p++) {
        for (let q = 0; q < a; q++) {
          let sum = 0;
          for (let j = 0; j < b; j++) if (rows[q][j] !== 0) sum += rows[q][j] * half[p * b + j];
          put(tile, lane, p, q, sum);
        }
      }
    }
  }
}
