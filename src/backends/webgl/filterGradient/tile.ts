import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {fragmentTileOf, indices, minBy, readsOf} from '../draw/fragmentTile.js';
import {pairsOf} from '../texture/packedTexture.js';
import {slicesOf} from './channelPacked.js';

/** What one fragment sums of dFilter: so many taps of a row, by pairs of input channels and pairs of output channels. */
export interface FilterGradientTile {
  taps: number;
  inPairs: number;
  outPairs: number;
  /** How many draw buffers hold that. */
  drawBuffers: number;
}

/**
 * Whether a draw buffer holds two taps of a pair of output channels, since a tap has no more than two products with it: where channels are kept
 * apart, and where there is one. Else it holds two input channels of two output channels.
 */
export function pairsTaps({kind, inChannels}: Pick<Conv2DInfo, 'kind' | 'inChannels'>): boolean {
  return kind === 'depthwise' || inChannels === 1;
}

/** The tile that reads the fewest texels, of those of so many draw buffers at most. */
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

/** How the fragments of dFilter lie in a draw buffer: the cells of a slice as a rectangle, and the slices beside and below each other. */
export interface SliceGrid {
  /** How many tiles there are along the input channels, the output channels and the taps of a row. */
  groups: readonly [ins: number, outs: number, taps: number];
  /** The cells of a slice: its rows in the order of i, groups of taps and of input channels, `across` those of output channels. */
  rows: number;
  across: number;
  slices: number;
  sliceRows: number;
  /** How many slices stand beside each other. */
  beside: number;
  size: readonly [height: number, width: number];
}

/** A draw buffer is that wide at least, where there are slices enough: its fragments are computed two by two. */
const minWidth = 8;

/**
 * The grid of a tile on a device of that kind, or undefined where its textures do not hold it.
 * @param info where channels are kept apart, their groups lie across
 */
export function sliceGridOf(
  info: Conv2DInfo,
  tile: FilterGradientTile,
  {maxSide, fragments}: {maxSide: number; fragments: number},
): SliceGrid | undefined {
  const groups = groupsOf(info, tile);
  const [down, across] = info.kind === 'dense' ? groups : [1, groups[0]];
  const rows = info.filterHeight * groups[2] * down;
  // Draw buffers that are not moved as rectangles are put below each other.
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

/** Channels of dy are those of x where they are kept apart. */
function pairsIn({kind, inChannels, outChannels}: Conv2DInfo): [inPairs: number, outPairs: number] {
  return [pairsOf(inChannels), kind === 'dense' ? pairsOf(outChannels) : 1];
}
