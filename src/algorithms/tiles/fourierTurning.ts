import type {TilesFrom} from '../../engine/engine.js';
import {type FourierSide, planesOf} from '../../engine/spectrum.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {Pair, Turning} from './turning.js';

/** Bytes of the planes of filters, and of a block's: more would not stay in a cache that processors share. */
export const mostBytes = 1 << 24;

/**
 * Tiles of side×side pixels turn into their spectra, which convolve them in a circle: what a filter or dy turned by 180° makes of them without going round are
 * the last rows and columns.
 */
export function fourierTurning(side: FourierSide, info: Conv2DInfo): Turning {
  const taps: Pair = [info.filterHeight, info.filterWidth];
  const size: Pair = [side - taps[0] + 1, side - taps[1] + 1];
  const turned = ([rows, columns]: Pair, from: TilesFrom) => ({side, rows, columns, turned: true, ...from});
  const whole = {side, rows: side, columns: side, turned: false};
  return {
    name: `fourier${side}`,
    size,
    more: [taps[0] - 1, taps[1] - 1],
    planes: planesOf(side),
    together: true,
    filterBytes: mostBytes,
    blockBytes: blockBytes(side, info),
    inputs: (engine, pixels, to) => engine.fourier({...whole, ...pixels}, to),
    filters: (engine, weights, room) => engine.fourierPacked(turned(taps, weights), room),
    outputs: (engine, products, to) => engine.fourierInverse(products, {side, rows: size[0], columns: size[1], ...to}),
    errors: (engine, pixels, room) => engine.fourierPacked(turned(size, pixels), room),
    gradients: (engine, sums, to) => engine.fourierInverse(sums, {side, rows: taps[0], columns: taps[1], ...to}),
  };
}

/** Bytes of planes that are worked on at a time: twice those of the filters, so that they are seldom read again. */
export function blockBytes(side: FourierSide, {inChannels: C, outChannels: F}: Conv2DInfo): number {
  return Math.min(mostBytes, Math.max(1 << 21, 8 * planesOf(side) * C * F));
}
