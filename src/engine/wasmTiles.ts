import type {Call} from './call.js';
import type {Counter} from './counter.js';
import type {Tiles, TilesTo} from './engine.js';
import {type Panels, panelsOf} from './panels.js';
import {type TileMatrix, tileMatrix} from './tileMatrices.js';

/** The call of the kernel that turns tiles. */
export function tilesCall(work: Tiles & TilesTo, counter: Counter): Call {
  const {matrix, lanes, out, outs, outRowStep, outColumnStep} = work;
  count(counter, matrix, lanes);
  return {
    kernel: matrix,
    args: [...sourceArgs(work, 0), out.byteOffset, outs.byteOffset, 0, outRowStep, outColumnStep, lanes],
  };
}

/** The calls that turn tiles into packed matrices, one for each panel, or for each column that lies for itself. */
export function packedTilesCalls(work: Tiles, rooms: readonly Panels[], counter: Counter): Call[] {
  const {matrix, tiles} = work;
  const columnStep = rooms[1].place - rooms[0].place;
  const rowStep = tileMatrix(matrix).length * columnStep;
  const calls: Call[] = [];
  const add = (column: number, lanes: number, width: number, place: number) => {
    count(counter, matrix, lanes);
    calls.push({kernel: matrix, args: [...sourceArgs(work, column), place, 0, 4 * width, rowStep, columnStep, lanes]});
  };
  for (const {column, columns, width, place} of panelsOf({...rooms[0], k: tiles.length})) {
    if (width > 1) add(column, columns, width, place);
    else for (let j = 0; j < columns; j++) add(column + j, 1, 1, place + 4 * j * tiles.length);
  }
  return calls;
}

/** Of memory more than of arithmetic: moving an element takes as long as about eight operations of a matrix product. */
export function tileFlops({matrix, tiles, lanes}: Tiles): number {
  const rows = tileMatrix(matrix);
  return 8 * tiles.length * lanes * rows.length * rows[0].length;
}

function sourceArgs({source, tiles, rowStep, columnStep}: Tiles, lane: number): number[] {
  return [source.byteOffset + 4 * lane, tiles.byteOffset, rowStep, columnStep];
}

function count(counter: Counter, matrix: TileMatrix, lanes: number): void {
  counter.add(matrix, {'whole vectors': lanes >= 4, 'cut vectors': lanes % 4 > 0});
}
