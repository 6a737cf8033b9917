import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {slicesOf} from '../quads/outer.js';
import {numbers} from './row.js';
import {pairsOf} from './source.js';

/** What one fragment sums of a product of matrices: so many rows by so many columns. */
export interface Block {
  rows: number;
  columns: number;
  targets: number;
}

/** The block that reads the fewest texels, of those of so many targets at most. @param readsOfRow how many texels a row costs where a column costs one */
export function blockOf(rows: number, columns: number, readsOfRow: number, most: number): Block {
  const counted = numbers(Math.min(most, rows)).flatMap((r) =>
    numbers(Math.min(Math.floor(most / (r + 1)), columns)).map((c) => {
      const block = {rows: r + 1, columns: c + 1, targets: (r + 1) * (c + 1)};
      return {block, reads: readsOf(rows, columns, readsOfRow, block)};
    }),
  );
  return fewest(counted, ({reads}) => reads).block;
}

/** For a product of the whole; of endless rows for one of them. */
function readsOf(rows: number, columns: number, readsOfRow: number, block: Block): number {
  const down = Number.isFinite(rows) ? Math.ceil(rows / block.rows) : 1 / block.rows;
  return down * Math.ceil(columns / block.columns) * (block.rows * readsOfRow + block.columns);
}

/** The first of those for which it is the least. */
function fewest<T>(all: readonly T[], reads: (one: T) => number): T {
  return all.reduce((a, b) => (reads(b) < reads(a) ? b : a));
}

/** What one fragment sums of dFilter: so many taps of a row, by pairs of input channels and pairs of output channels. */
export interface Tile {
  taps: number;
  inPairs: number;
  outPairs: number;
  /** How many targets hold that. */
  targets: number;
}

/**
 * Whether a target holds two taps of a pair of output channels, since a tap has no more than two products with it: where channels are kept
 * apart, and where there is one. Else it holds two input channels of two output channels.
 */
export function pairsTaps({kind, inChannels}: Pick<Conv2DInfo, 'kind' | 'inChannels'>): boolean {
  return kind === 'depthwise' || inChannels === 1;
}

/** The tile that reads the fewest texels, of those of so many targets at most. */
export function tileOf(info: Conv2DInfo, most: number): Tile {
  const {filterWidth, strideWidth} = info;
  const [ins, outs] = pairsIn(info);
  const rows = pairsTaps(info) ? 1 : ins;
  const counted = numbers(filterWidth).flatMap((less) => {
    const taps = filterWidth - less;
    const perPair = pairsTaps(info) ? Math.ceil(taps / 2) : taps;
    if (perPair > most) return [];
    const block = blockOf(rows, outs, strideWidth, Math.floor(most / perPair));
    const tile = {taps, inPairs: block.rows, outPairs: block.columns, targets: perPair * block.targets};
    return [{tile, reads: Math.ceil(filterWidth / taps) * readsOf(rows, outs, strideWidth, block)}];
  });
  return fewest(counted, ({reads}) => reads).tile;
}

/** How many tiles there are along the input channels, the output channels and the taps of a row. */
export function groupsOf(info: Conv2DInfo, {taps, inPairs, outPairs}: Tile): [number, number, number] {
  const [ins, outs] = pairsIn(info);
  return [Math.ceil(ins / inPairs), Math.ceil(outs / outPairs), Math.ceil(info.filterWidth / taps)];
}

/** How many cells a slice of dFilter has, and how many slices a texture of that side holds with all its targets below each other. */
export function cellsOf(info: Conv2DInfo, tile: Tile, maxSide: number): {perSlice: number; most: number} {
  const perSlice = groupsOf(info, tile).reduce((product, count) => product * count, info.filterHeight);
  return {perSlice, most: Math.floor((maxSide * Math.floor(maxSide / tile.targets)) / perSlice)};
}

/** How dFilter is cut into slices of rows of dy on a device of that kind. */
export function cutOf(
  info: Conv2DInfo,
  tile: Tile,
  {maxSide, float32}: {maxSide: number; float32: boolean},
): {perSlice: number; slices: number; sliceRows: number} {
  const {perSlice, most} = cellsOf(info, tile, maxSide);
  // In float16 textures slices would be rounded as often as there are slices.
  const cells = float32 ? perSlice : Number.POSITIVE_INFINITY;
  return {perSlice, ...slicesOf(info.batch * info.outHeight, cells, most)};
}

/** Channels of dy are those of x where they are kept apart. */
function pairsIn({kind, inChannels, outChannels}: Conv2DInfo): [inPairs: number, outPairs: number] {
  return [pairsOf(inChannels), kind === 'dense' ? pairsOf(outChannels) : 1];
}
