import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import type {Pass} from '../../../geometry/pass.js';
import type {Fusion} from '../../implementation.js';
import type {Block} from '../block.js';
import {targetCount} from '../targets.js';
import {fillingOf, fillings, isOfOne, tapsAtOnce, windowBlock} from './layout.js';
import {windowText} from './text.js';

const ways = ['tap by tap', 'rows of taps', 'all taps'];

const ofOne = 'one channel';

/** Every variant that there is. */
export const variants = [
  ...fillings.flatMap((filling) => ways.slice(0, filling === 'few' ? 3 : 2).map((way) => `${filling}, ${way}`)),
  ofOne,
];

/** The shader of one pass. */
export interface Texts {
  compute: string;
  /** What a fragment of it computes. */
  block: Block;
  /** Which of them it is, for people. */
  variant: string;
}

/** What the text depends on beside the problem: how many targets there are at most, and whether the texture of the filter is plain. */
interface Circumstances {
  most?: number;
  plain?: boolean;
  fusion?: Fusion | undefined;
}

export function textsOf(
  info: Conv2DInfo,
  pass: Pass,
  {most = targetCount, plain = true, fusion}: Circumstances = {},
): Texts {
  const [rows, columns] = tapsAtOnce(info, pass);
  const way = ways[rows > 1 ? 2 : columns > 1 ? 1 : 0];
  const block = windowBlock(info, pass, most);
  return {
    ...{compute: windowText(info, pass, block, plain, fusion), block},
    variant: isOfOne(info, pass) ? ofOne : `${fillingOf(info, pass)}, ${way}`,
  };
}
