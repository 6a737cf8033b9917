import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {numbers} from './row.js';
import {pairsOf} from './source.js';

/** What one fragment sums of dFilter: so many taps of a row, pairs of input channels and pairs of output channels. */
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

/** The tile of the fewest texels read, of those that so many targets hold; of these, the one of the fewest targets. */
export function tileOf(info: Conv2DInfo, most: number): Tile {
  const {filterWidth, strideWidth} = info;
  const [ins, outPairs] = pairsIn(info);
  const inPairs = pairsTaps(info) ? 1 : ins;
  const counted = numbers(filterWidth).flatMap((less) => {
    const taps = filterWidth - less;
    const perPair = pairsTaps(info) ? Math.ceil(taps / 2) : taps;
    return numbers(Math.min(most, inPairs)).flatMap((i) =>
      numbers(Math.min(most, outPairs)).map((o) => {
        const tile = {taps, inPairs: i + 1, outPairs: o + 1, targets: perPair * (i + 1) * (o + 1)};
        const [cOf, fOf, tapsOf] = groupsOf(info, tile);
        return {tile, reads: cOf * fOf * tapsOf * (tile.inPairs * strideWidth + tile.outPairs)};
      }),
    );
  });
  const fitting = counted.filter(({tile: {targets}}) => targets <= most);
  return fitting.reduce((a, b) =>
    b.reads < a.reads || (b.reads === a.reads && b.tile.targets < a.tile.targets) ? b : a,
  ).tile;
}

/** How many tiles there are along the input channels, the output channels and the taps of a row. */
export function groupsOf(info: Conv2DInfo, {taps, inPairs, outPairs}: Tile): [number, number, number] {
  const [ins, outs] = pairsIn(info);
  return [Math.ceil(ins / inPairs), Math.ceil(outs / outPairs), Math.ceil(info.filterWidth / taps)];
}

/** Channels of dy are those of x where they are kept apart. */
function pairsIn({kind, inChannels, outChannels}: Conv2DInfo): [inPairs: number, outPairs: number] {
  return [pairsOf(inChannels), kind === 'dense' ? pairsOf(outChannels) : 1];
}
