import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {fragmentTileOf, indices, minBy, readsOf} from '../draw/fragmentTile.js';
import {pairsOf} from '../texture/packedTexture.js';
import {slicesOf} from './channelPacked.js';

/** The part of dFilter that one fragment sums: taps of a row by pairs of input channels by pairs of output channels. */
export interface FilterGradientTile {
  taps: number;
  inPairs: number;
  outPairs: number;
  /** The number of draw buffers that hold the tile. */
  drawBuffers: number;
}

/**
 * Whether a draw buffer holds two taps of a pair of output channels, because one tap gives that pair at most two products. This is so for
 * depthwise convolutions and for a single input channel. Otherwise it holds two input channels by two output channels.
 */
export function pairsTaps({kind, inChannels}: Pick<Conv2DInfo, 'kind' | 'inChannels'>): boolean {
  return kind === 'depthwise' || inChannels === 1;
}

/** Among the tiles of at most `most` draw buffers, the one that reads the fewest texels. */
export function filterGradientTileOf(info: Conv2DInfo, most: number): FilterGradientTile {
  const {filterWidth, strideWidth} = info;
  const [ins, outs] = pairsIn(info);
  const rows = pairsTaps(info) ? 1 : ins;
  const counted = indices(filterWidth).flatMap((less) => {
    const taps = filterWidth - less;
    const perPair = pairsTaps(info) ? Math.ceil(taps / 2) : taps;
    if (perPair > most) return [];
    const fragmentTile = fragmentTileOf(rows, outs, strideWidth, Math.floor(most / perPair));
    const tile = {
      taps,
      inPairs: fragmentTile.rows,
      outPairs: fragmentTile.columns,
      drawBuffers: perPair * fragmentTile.drawBuffers,
    };
    return [{tile, reads: Math.ceil(filterWidth / taps) * readsOf(rows, outs, strideWidth, fragmentTile)}];
  });
  return minBy(counted, ({reads}) => reads).tile;
}

/**
 * How the fragments of dFilter lie in a draw buffer. The cells of a slice form a rectangle, and slices stand beside and below each other.
 */
export interface SliceGrid {
  /** The number of tiles along the input channels, the output channels and the taps of a row. */
  groups: readonly [ins: number, outs: number, taps: number];
  /**
   * Rows of a slice's rectangle, ordered by i, group of taps, and group of input channels. `across` counts the groups of output channels.
   */
  rows: number;
  across: number;
  slices: number;
  sliceRows: number;
  /** The number of slices side by side. */
  beside: number;
  size: readonly [height: number, width: number];
}

/** A draw buffer is at least this wide if there are enough slices, because fragments are computed two by two. */
const minWidth = 8;

/**
 * The grid of a tile on a device with those limits, or undefined if the device's textures cannot hold it.
 * @param info of a depthwise convolution lays the groups of channels out across instead of down
 */
export function sliceGridOf(
  info: Conv2DInfo,
  tile: FilterGradientTile,
  {maxSide, fragments}: {maxSide: number; fragments: number},
): SliceGrid | undefined {
  const groups = groupsOf(info, tile);
  const [down, across] = info.kind === 'dense' ? groups : [1, groups[0]];
  const rows = info.filterHeight * groups[2] * down;
  // Draw buffers of paired taps are stacked in one texture, so they share its height.
  const below = Math.floor((pairsTaps(info) ? Math.floor(maxSide / tile.drawBuffers) : maxSide) / rows);
  const most = below * Math.floor(maxSide / across);
  if (most < 1) return undefined;
  const {slices, sliceRows} = slicesOf(info.batch * info.outHeight, rows * across, fragments, most);
  const beside = Math.min(slices, Math.max(Math.ceil(minWidth / across), Math.ceil(slices / below)));
  const size = [Math.ceil(slices / beside) * rows, beside * across] as const;
  return {groups, rows, across, slices, sliceRows, beside, size};
}

function groupsOf(info: Conv2DInfo, {taps, inPairs, outPairs}: FilterGradientTile): [number, number, number] {
  const [ins, outs] = pairsIn(info);
  return [Math.ceil(ins / inPairs), Math.ceil(outs / outPairs), Math.ceil(info.filterWidth / taps)];
}

/** Pairs of input and output channels. In a depthwise convolution the channels of dy are those of x, so they count only once. */
function pairsIn({kind, inChannels, outChannels}: Conv2DInfo): [inPairs: number, outPairs: number] {
  return [pairsOf(inChannels), kind === 'dense' ? pairsOf(outChannels) : 1];
}
