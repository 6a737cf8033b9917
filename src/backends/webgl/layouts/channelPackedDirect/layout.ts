import type {Conv2DInfo} from '../../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, shapeOf} from '../../../../geometry/pass.js';
import {type FragmentTile, fragmentTileOf} from '../../draw/fragmentTile.js';
import {pairsOf} from '../../texture/packedTexture.js';
import {channelBlocksOf} from '../channelPacked/layout.js';
import {type Slabs, slabsOf} from '../channelPacked/slabs.js';

/** Where the channel blocks of the source lie, and `margin`, the column that they begin with (0 or negative). */
export interface SourceLayout {
  source: Slabs;
  margin: number;
}

/** The distance in the source between adjacent pixels of the result, as [down, across]. */
export const pixelStep = ({strideHeight, strideWidth}: Conv2DInfo, pass: Pass) =>
  pass === 'forward' ? [strideHeight, strideWidth] : [1, 1];

/** Whether the result has one channel, so that a texel of it is two sums instead of four. */
export const hasOneChannel = (info: Conv2DInfo, pass: Pass) => shapeOf(info, passTensors[pass].output)[3] === 1;

/** The most products of four sums each that the text of a shader may hold. SwiftShader then compiles each shader in about a second. */
const maxProducts = 30;

/**
 * How many taps a shader takes at once, as rows and columns: all of them, or one row, or a single tap. In a row it reads each pixel once.
 * It takes single taps if taps or pixels lie too far apart, or a row is too long. Even a few taps at once pay off, because a loop moves all
 * of the sums at each turn.
 */
export function tapsAtOnce(info: Conv2DInfo, pass: Pass): [rows: number, columns: number] {
  const {filterHeight, filterWidth, dilationWidth} = info;
  if (dilationWidth > 1 || pixelStep(info, pass)[1] > 2) return [1, 1];
  const terms = shapeOf(info, passTensors[pass].inputs[0])[3];
  const most = (maxProducts * (hasOneChannel(info, pass) ? 2 : 1)) / Math.min(4, terms);
  if (terms < 4 && filterHeight * filterWidth <= most) return [filterHeight, filterWidth];
  return [1, filterWidth <= most ? filterWidth : 1];
}

/** How many pixels of the source a texel of the result reads in one turn: for a row of taps, or for a single tap. */
export function pixelsOf(info: Conv2DInfo, pass: Pass): number {
  const [, taps] = tapsAtOnce(info, pass);
  return taps === 1 ? 2 : taps + pixelStep(info, pass)[1];
}

/**
 * How many texels of the result a fragment computes, as pairs of pixels by pairs of channels. It is the tile that reads the fewest texels:
 * for each channel block and tap a column reads two texels of the filter.
 */
export function resultTile(info: Conv2DInfo, pass: Pass, most: number): FragmentTile {
  const channels = shapeOf(info, passTensors[pass].output)[3];
  return fragmentTileOf(
    Number.POSITIVE_INFINITY,
    pairsOf(channels),
    pixelsOf(info, pass) / (2 * tapsAtOnce(info, pass)[1]),
    most,
  );
}

/** The layout of a pass, or undefined if no texture of side `maxSide` holds the source. A row of zeros follows the last image. */
export function layoutOf(info: Conv2DInfo, pass: Pass, maxSide: number): SourceLayout | undefined {
  const [n, h, width, channels] = shapeOf(info, passTensors[pass].inputs[0]);
  const pixels = 2 * pairsOf(shapeOf(info, passTensors[pass].output)[2]);
  const span = (info.filterWidth - 1) * info.dilationWidth;
  const first = pass === 'forward' ? -info.padLeft : info.padLeft - span;
  const end = first + (pixels - 1) * pixelStep(info, pass)[1] + span + 1;
  const margin = Math.min(0, first);
  const channelBlocks = channelBlocksOf(channels);
  const source = slabsOf((n * h + 1) * channelBlocks, Math.max(width, end) - margin, channelBlocks, maxSide);
  return source && {source, margin};
}

/**
 * How the channels of the source fill its channel blocks. `few`: there is one channel block of fewer than four channels, and its other
 * lanes are not multiplied. `whole`: they fill all channel blocks. `rest`: the last channel block is filled in part.
 */
export const fillings = ['few', 'whole', 'rest'] as const;
export type Filling = (typeof fillings)[number];

export function fillingOf(info: Conv2DInfo, pass: Pass): Filling {
  const terms = shapeOf(info, passTensors[pass].inputs[0])[3];
  return terms < 4 ? 'few' : terms % 4 === 0 ? 'whole' : 'rest';
}
