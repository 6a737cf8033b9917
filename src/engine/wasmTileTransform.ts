import type {TileDestination, WinogradTiles} from './engine.js';
import type {KernelCall} from './kernelCall.js';
import type {KernelCoverage} from './kernelCoverage.js';
import {type BatchPanels, batchPanelsOf} from './panels.js';
import {type TileMatrix, tileHeights, tileMatrix} from './tileMatrices.js';

/** The call of the kernel that transforms tiles. */
export function tileTransformCall(
  work: WinogradTiles & TileDestination,
  coverage: KernelCoverage | undefined,
): KernelCall {
  const {matrix, lanes, out, outOffsets, outRowStep, outColumnStep} = work;
  count(coverage, matrix, lanes);
  return {
    kernel: matrix,
    args: [...sourceArgs(work, 0), out.byteOffset, outOffsets.byteOffset, 0, outRowStep, outColumnStep, lanes],
  };
}

/** The calls that transform tiles into packed matrices: one for each panel, or for each column that is stored by itself. */
export function packedTileTransformCalls(
  work: WinogradTiles,
  packed: BatchPanels,
  coverage: KernelCoverage | undefined,
): KernelCall[] {
  const {matrix, tileOffsets} = work;
  const side = tileMatrix(matrix).length;
  const calls: KernelCall[] = [];
  const add = (column: number, lanes: number, width: number, address: number, step: number) => {
    count(coverage, matrix, lanes);
    const to = [address, 0, 4 * width, side * step, step];
    calls.push({kernel: matrix, args: [...sourceArgs(work, column), ...to, lanes]});
  };
  for (const {column, columns, width, address, step} of batchPanelsOf(packed)) {
    if (width > 1) add(column, columns, width, address, step);
    else for (let j = 0; j < columns; j++) add(column + j, 1, 1, address + 4 * j * tileOffsets.length, step);
  }
  return calls;
}

/** The work as flops of a matrix product. Memory-bound: about 8 flops per element moved. */
export function tileTransformFlops({matrix, tileOffsets, lanes}: WinogradTiles): number {
  return 8 * tileOffsets.length * lanes * tileMatrix(matrix).length * tileHeights(matrix).to;
}

function sourceArgs({source, tileOffsets, rowStep, columnStep}: WinogradTiles, lane: number): number[] {
  return [source.byteOffset + 4 * lane, tileOffsets.byteOffset, rowStep, columnStep];
}

function count(coverage: KernelCoverage | undefined, matrix: TileMatrix, lanes: number): void {
  coverage?.add(matrix, {'whole vectors': lanes >= 4, 'cut vectors': lanes % 4 > 0});
}
