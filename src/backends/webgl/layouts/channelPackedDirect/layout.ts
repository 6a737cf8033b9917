import type {Conv2DInfo} from '../../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, shapeOf} from '../../../../geometry/pass.js';
import {type FragmentTile, fragmentTileOf} from '../../draw/fragmentTile.js';
import {pairsOf} from '../../texture/packedTexture.js';
import {channelBlocksOf} from '../channelPacked/layout.js';
import {type Slabs, slabsOf} from '../channelPacked/slabs.js';

/** Where the channel blocks of the source lie, and from which column on. */
export interface SourceLayout {
  source: Slabs;
  margin: number;
}

/** How far apart in the source the two pixels of a texel of the result begin, down and across. */
export const pixelStep = ({strideHeight, strideWidth}: Conv2DInfo, pass: Pass) =>
  pass === 'forward' ? [strideHeight, strideWidth] : [1, 1];

/** Whether the result has one channel, so that a texel of it is two sums instead of four. */
export const hasOneChannel = (info: Conv2DInfo, pass: Pass) => shapeOf(info, passTensors[pass].output)[3] === 1;

/** How many products of four sums a shader holds at most, so that SwiftShader compiles each in about a second. */
const maxProducts = 30;

/**
 * How many taps a shader takes at once, by rows and columns: all of them, a row, whose pixels it reads once, or one where they or their pixels lie apart.
 * Few are worth it: a loop moves all of the sums at each turn.
 */
export function tapsAtOnce(info: Conv2DInfo, pass: Pass): [rows: number, columns: number] {
  const {filterHeight, filterWidth, dilationWidth} = info;
  if (dilationWidth > 1 || pixelStep(info, pass)[1] > 2) return [1, 1];
  const terms = shapeOf(info, passTensors[pass].inputs[0])[3];
  const most = (maxProducts * (hasOneChannel(info, pass) ? 2 : 1)) / Math.min(4, terms);
  if (terms < 4 && filterHeight * filterWidth <= most) return [filterHeight, filterWidth];
  return [1, filterWidth <= most ? filterWidth : 1];
}

/** How many pixels of the source a texel of the result reads in a row of taps. */
export function pixelsOf(info: Conv2DInfo, pass: Pass): number {
  const [, taps] = tapsAtOnce(info, pass);
  return taps === 1 ? 2 : taps + pixelStep(info, pass)[1];
}

/** How many texels of the result a fragment computes, pairs of pixels by pairs of channels, so that it reads the fewest texels: a channel block of a column is two. */
export function resultTile(info: Conv2DInfo, pass: Pass, most: number): FragmentTile {
  const channels = shapeOf(info, passTensors[pass].output)[3];
  return fragmentTileOf(
    Number.POSITIVE_INFINITY,
    pairsOf(channels),
    pixelsOf(info, pass) / (2 * tapsAtOnce(info, pass)[1]),
    most,
  );
}

/** The layout of a pass, or undefined where a texture of that side does not hold the source. A line of zeros follows the last image. */
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

/** How the channels of the source fill its channel blocks; of a few there is one channel block, of which no other lane is multiplied. */
export const fillings = ['few', 'whole', 'rest'] as const;
export type Filling = (typeof fillings)[number];

export function fillingOf(info: Conv2DInfo, pass: Pass): Filling {
  const terms = shapeOf(info, passTensors[pass].inputs[0])[3];
  return terms < 4 ? 'few' : terms % 4 === 0 ? 'whole' : 'rest';
}
