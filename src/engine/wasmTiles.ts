import type {Call} from './call.js';
import type {Counter} from './counter.js';
import type {Tiles, TilesTo} from './engine.js';
import {type PlanePanels, planePanelsOf} from './panels.js';
import {type TileMatrix, tileHeights, tileMatrix} from './tileMatrices.js';

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
export function packedTilesCalls(work: Tiles, packed: PlanePanels, counter: Counter): Call[] {
  const {matrix, tiles} = work;
  const side = tileMatrix(matrix).length;
  const calls: Call[] = [];
  const add = (column: number, lanes: number, width: number, place: number, step: number) => {
    count(counter, matrix, lanes);
    const to = [place, 0, 4 * width, side * step, step];
    calls.push({kernel: matrix, args: [...sourceArgs(work, column), ...to, lanes]});
  };
  for (const {column, columns, width, place, step} of planePanelsOf(packed)) {
    if (width > 1) add(column, columns, width, place, step);
    else for (let j = 0; j < columns; j++) add(column + j, 1, 1, place + 4 * j * tiles.length, step);
  }
  return calls;
}

/** Of memory more than of arithmetic: moving an element takes as long as about eight operations of a matrix product. */
export function tileFlops({matrix, tiles, lanes}: Tiles): number {
  return 8 * tiles.length * lanes * tileMatrix(matrix).length * tileHeights(matrix).to;
}

function sourceArgs({source, tiles, rowStep, columnStep}: Tiles, lane: number): number[] {
  return [source.byteOffset + 4 * lane, tiles.byteOffset, rowStep, columnStep];
}

function count(counter: Counter, matrix: TileMatrix, lanes: number): void {
  counter.add(matrix, {'whole vectors': lanes >= 4, 'cut vectors': lanes % 4 > 0});
}
