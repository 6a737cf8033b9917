import type {Conv2DInfo} from '../../../../geometry/conv2dInfo.js';
import type {Pass} from '../../../../geometry/pass.js';
import {minDrawBuffers} from '../../draw/drawBuffers.js';
import {slicesOf} from '../../filterGradient/channelPacked.js';
import {type Slabs, slabsOf} from './slabs.js';

export const channelBlocksOf = (channels: number) => Math.ceil(channels / 4);

/** Where the textures of one pass keep their rows. */
export interface ChannelPackedLayout {
  a: Slabs;
  b: Slabs;
  result: Slabs;
  /** The image column that a row of the first texture begins with: 0, or negative where zeros stand left of the image. */
  margin: number;
  /** Groups of four pixels in a row, for each phase of the stride; see `backpropInputText`. */
  groups: number;
  slices: number;
  sliceRows: number;
}

/**
 * The layout of a pass, or undefined if no texture of side `maxSide` holds it.
 * @param fragments that dFilter may be cut into, see `slicesOf`
 */
export function layoutOf(
  info: Conv2DInfo,
  pass: Pass,
  maxSide: number,
  fragments: number,
): ChannelPackedLayout | undefined {
  const {batch, inHeight, inWidth, inChannels: C, outHeight, outWidth, outChannels: F} = info;
  const taps = info.filterHeight * info.filterWidth;
  const isDense = info.kind === 'dense';
  const image = (height: number, width: number, channels: number) =>
    slabsOf(batch * height * channelBlocksOf(channels), width, channelBlocksOf(channels), maxSide);
  // The draw buffers are stacked in one texture, so they share its height.
  const drawBuffers = (rows: number, width: number) =>
    slabsOf(rows, width, 1, maxSide, Math.floor(maxSide / minDrawBuffers));
  const filter = (from: number, to: number) =>
    isDense
      ? slabsOf(4 * channelBlocksOf(from), taps * channelBlocksOf(to), 4 * channelBlocksOf(from), maxSide)
      : slabsOf(channelBlocksOf(C), taps, channelBlocksOf(C), maxSide);
  const phases = pass === 'backpropInput' ? Math.min(info.strideWidth, inWidth) : 1;
  const groups = channelBlocksOf(Math.ceil((pass === 'forward' ? outWidth : inWidth) / phases));
  if (pass === 'backpropFilter') {
    const width = isDense ? channelBlocksOf(F) : 1;
    const tapRows = taps * channelBlocksOf(C);
    const {slices, sliceRows} = slicesOf(batch * outHeight, tapRows * width, fragments);
    const [a, b] = [image(inHeight, inWidth, C), image(outHeight, outWidth, F)];
    const result = drawBuffers(slices * tapRows, width);
    return a && b && result && {a, b, result, margin: 0, groups, slices, sliceRows};
  }
  const {margin, columns} = columnRangeOf(info, pass, groups);
  const [a, b, result] =
    pass === 'forward'
      ? [image(inHeight, columns, C), filter(C, F), drawBuffers(batch * outHeight * channelBlocksOf(F), groups)]
      : [
          image(outHeight, columns, F),
          filter(F, C),
          drawBuffers(batch * inHeight * channelBlocksOf(C), groups * phases),
        ];
  return a && b && result && {a, b, result, margin, groups, slices: 1, sliceRows: 0};
}

/** The numbers of taps in a row that a shader can take at once. */
export const rowTaps = [2, 3, 4, 5, 6, 7];

/**
 * The number of taps in a row if a shader takes the row at once, else 0. That needs adjacent taps and pixels (stride and dilation 1), a
 * number in {@link rowTaps}, and a left padding narrower than the filter.
 */
export function tapsAtOnce({filterWidth, strideWidth, dilationWidth, padLeft}: Conv2DInfo): number {
  const isWindow = strideWidth === 1 && dilationWidth === 1 && padLeft < filterWidth;
  return isWindow && rowTaps.includes(filterWidth) ? filterWidth : 0;
}

/**
 * The columns of its source that an implicit GEMM reads, including zeros at the sides. Tap by tap, a fragment reads only taps at which one
 * of its four pixels at least meets the source. A row of taps at once reads all of them.
 * @returns `margin`, the first column (0 or negative), and how many columns there are
 */
function columnRangeOf(info: Conv2DInfo, pass: Pass, groups: number): {margin: number; columns: number} {
  const {inWidth, outWidth, strideWidth, padLeft} = info;
  const span = (info.filterWidth - 1) * info.dilationWidth;
  const [width, across, first, last] =
    pass === 'forward'
      ? [inWidth, strideWidth, -padLeft, (4 * groups - 1) * strideWidth - padLeft + span]
      : [
          ...[outWidth, 1, Math.ceil((padLeft - span) / strideWidth)],
          Math.floor((4 * groups * strideWidth - 1 + padLeft) / strideWidth),
        ];
  const isWindow = info.kind === 'dense' && tapsAtOnce(info) > 0;
  const beside = isWindow ? Number.POSITIVE_INFINITY : 3 * across;
  const margin = Math.min(0, Math.max(first, -beside));
  const end = Math.max(width, Math.min(last + 1, width + beside));
  return {margin, columns: end - margin};
}
