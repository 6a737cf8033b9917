import type {Call} from './call.js';
import type {Counter} from './counter.js';
import type {FourierTiles, FourierTo, Planes} from './engine.js';
import {type PlanePanels, planePanelsOf} from './panels.js';
import {planesOf} from './spectrum.js';

/** The call of the kernel that makes spectra of tiles. */
export function fourierCall(work: FourierTiles, {all, rowStep, step}: Planes, counter: Counter): Call {
  return call(work, 0, work.lanes, [all.byteOffset, rowStep, step], counter);
}

/** The calls that make packed matrices of them, one for each panel, or for each column that lies for itself. */
export function packedFourierCalls(work: FourierTiles, packed: PlanePanels, counter: Counter): Call[] {
  const {tiles} = work;
  const calls: Call[] = [];
  for (const {column, columns, width, place, step} of planePanelsOf(packed)) {
    if (width > 1) calls.push(call(work, column, columns, [place, 4 * width, step], counter));
    else {
      for (let j = 0; j < columns; j++) {
        calls.push(call(work, column + j, 1, [place + 4 * j * tiles.length, 4, step], counter));
      }
    }
  }
  return calls;
}

/** The call of the kernel that makes tiles of products of spectra. */
export function inverseFourierCall(
  {all, rowStep, step}: Planes,
  {side, out, outs, outRowStep, outColumnStep, rows, columns, lanes}: FourierTo,
  counter: Counter,
): Call {
  const kernel = `fourierInverse${side}` as const;
  counter.add(kernel, {'whole vectors': lanes >= 4, 'cut vectors': lanes % 4 > 0});
  const to = [out.byteOffset, outs.byteOffset, outRowStep, outColumnStep];
  return {kernel, args: [all.byteOffset, rowStep, step, ...to, rows, columns, lanes]};
}

/** Of one lane of one tile: as long as so many operations of a matrix product. */
export function fourierFlops(side: FourierTiles['side']): number {
  return 8 * planesOf(side);
}

function call(
  {side, source, tiles, rowStep, columnStep, rows, columns, turned}: FourierTiles,
  lane: number,
  lanes: number,
  to: number[],
  counter: Counter,
): Call {
  const kernel = `fourier${side}` as const;
  counter.add(kernel, {
    ...{'whole vectors': lanes >= 4, 'cut vectors': lanes % 4 > 0},
    ...{'whole tiles': rows === side, 'cut tiles': rows < side},
  });
  const first = source.byteOffset + 4 * lane;
  const from = turned
    ? [first + (rows - 1) * rowStep + (columns - 1) * columnStep, tiles.byteOffset, -rowStep, -columnStep]
    : [first, tiles.byteOffset, rowStep, columnStep];
  return {kernel, args: [...from, rows, columns, ...to, lanes]};
}
