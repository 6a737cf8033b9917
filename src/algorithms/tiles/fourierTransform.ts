import type {TileSource} from '../../engine/engine.js';
import {type FourierSide, planeCount} from '../../engine/spectrum.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {Pair, TileTransform} from './tileTransform.js';

/** The most bytes of the filters' matrices, and of a block's matrices. More would not stay in a cache that processors share. */
export const maxBytes = 1 << 24;

/**
 * Tiles of side×side pixels become spectra. The products of spectra are circular convolutions of the tiles with a filter or dy,
 * flipped by 180°. The last rows and columns of these do not wrap around; they are the result.
 */
export function fourierTransform(side: FourierSide, info: Conv2DInfo): TileTransform {
  const taps: Pair = [info.filterHeight, info.filterWidth];
  const size: Pair = [side - taps[0] + 1, side - taps[1] + 1];
  const flippedTiles = ([rows, columns]: Pair, from: TileSource) => ({side, rows, columns, flipped: true, ...from});
  const whole = {side, rows: side, columns: side, flipped: false};
  return {
    name: `fourier${side}`,
    size,
    halo: [taps[0] - 1, taps[1] - 1],
    matrixCount: planeCount(side),
    interleaved: true,
    filterBytes: maxBytes,
    blockBytes: fourierBlockBytes(side, info),
    transformInput: (engine, pixels, to) => engine.tiles.fourier({...whole, ...pixels}, to),
    transformFilter: (engine, weights, room) => engine.tiles.fourierPacked(flippedTiles(taps, weights), room),
    transformOutput: (engine, products, to) =>
      engine.tiles.fourierInverse(products, {side, rows: size[0], columns: size[1], ...to}),
    transformOutputGradient: (engine, pixels, room) => engine.tiles.fourierPacked(flippedTiles(size, pixels), room),
    transformFilterGradient: (engine, sums, to) =>
      engine.tiles.fourierInverse(sums, {side, rows: taps[0], columns: taps[1], ...to}),
  };
}

/**
 * Bytes of matrices that are used at a time. They are twice those of the filters, within limits, so that the filters' matrices
 * are seldom read again.
 */
export function fourierBlockBytes(side: FourierSide, {inChannels: C, outChannels: F}: Conv2DInfo): number {
  return Math.min(maxBytes, Math.max(1 << 21, 8 * planeCount(side) * C * F));
}
