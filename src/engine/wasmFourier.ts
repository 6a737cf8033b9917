import type {FourierDestination, FourierTiles, MatrixBatch} from './engine.js';
import type {KernelCall} from './kernelCall.js';
import type {KernelCoverage} from './kernelCoverage.js';
import {type BatchPanels, batchPanelsOf} from './panels.js';
import {planeCount} from './spectrum.js';

/** The call of the kernel that computes spectra of tiles. */
export function fourierCall(
  work: FourierTiles,
  {data, rowStep, step}: MatrixBatch,
  coverage: KernelCoverage | undefined,
): KernelCall {
  return forwardCall(work, 0, work.lanes, [data.byteOffset, rowStep, step], coverage);
}

/** The calls that compute spectra as packed matrices: one for each panel, or for each column that is stored by itself. */
export function packedFourierCalls(
  work: FourierTiles,
  packed: BatchPanels,
  coverage: KernelCoverage | undefined,
): KernelCall[] {
  const {tileOffsets} = work;
  const calls: KernelCall[] = [];
  for (const {column, columns, width, address, step} of batchPanelsOf(packed)) {
    if (width > 1) calls.push(forwardCall(work, column, columns, [address, 4 * width, step], coverage));
    else {
      for (let j = 0; j < columns; j++) {
        calls.push(forwardCall(work, column + j, 1, [address + 4 * j * tileOffsets.length, 4, step], coverage));
      }
    }
  }
  return calls;
}

/** The call of the kernel that transforms products of spectra back into tiles. */
export function inverseFourierCall(
  {data, rowStep, step}: MatrixBatch,
  {side, out, outOffsets, outRowStep, outColumnStep, rows, columns, lanes}: FourierDestination,
  coverage: KernelCoverage | undefined,
): KernelCall {
  const kernel = `fourierInverse${side}` as const;
  coverage?.add(kernel, {'whole vectors': lanes >= 4, 'cut vectors': lanes % 4 > 0});
  const to = [out.byteOffset, outOffsets.byteOffset, outRowStep, outColumnStep];
  return {kernel, args: [data.byteOffset, rowStep, step, ...to, rows, columns, lanes]};
}

/** The work of transforming one lane of one tile, as the operations of a matrix product that take as long. */
export function fourierFlops(side: FourierTiles['side']): number {
  return 8 * planeCount(side);
}

function forwardCall(
  {side, source, tileOffsets, rowStep, columnStep, rows, columns, flipped}: FourierTiles,
  lane: number,
  lanes: number,
  to: number[],
  coverage: KernelCoverage | undefined,
): KernelCall {
  const kernel = `fourier${side}` as const;
  coverage?.add(kernel, {
    ...{'whole vectors': lanes >= 4, 'cut vectors': lanes % 4 > 0},
    ...{'whole tiles': rows === side, 'cut tiles': rows < side},
  });
  const first = source.byteOffset + 4 * lane;
  const from = flipped
    ? [first + (rows - 1) * rowStep + (columns - 1) * columnStep, tileOffsets.byteOffset, -rowStep, -columnStep]
    : [first, tileOffsets.byteOffset, rowStep, columnStep];
  return {kernel, args: [...from, rows, columns, ...to, lanes]};
}
