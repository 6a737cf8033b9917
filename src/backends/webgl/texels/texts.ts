import type {Conv2DInfo, Kind} from '../../../geometry/conv2dInfo.js';
import type {Pass} from '../../../geometry/pass.js';
import type {Fusion} from '../../implementation.js';
import {targetCount} from '../targets.js';
import {depthwiseText} from './depthwise.js';
import {outerText, pairedSumText, sumText} from './outer.js';
import {pointwiseBlock, pointwiseText} from './pointwise.js';
import {pairsTaps, tileOf} from './tile.js';

/** The shaders of one pass: what is computed, and dFilter's sum over slices. */
export interface Texts {
  compute: string;
  sum: string;
  /** Which of them these are, for people. */
  variant: string;
}

const byTaps = 'two taps a target';
const byChannels = 'two channels a target';
const gatherVariants: Readonly<Record<Kind, string>> = {dense: 'single pixels', depthwise: 'a row of taps at once'};
/** Those of dX where pixels lie apart in a row. */
const stridedVariants: Readonly<Record<Kind, string>> = {
  dense: 'single pixels between gaps',
  depthwise: 'every other tap of a row',
};

/** What the texts depend on beside the problem. */
interface Circumstances {
  /** Whether the textures of the first input and of the second are plain; see `Source`. */
  plain?: readonly [boolean, boolean];
  /** So many targets at most. */
  most?: number;
  fusion?: Fusion | undefined;
}

export function textsOf(
  info: Conv2DInfo,
  pass: Pass,
  {most = targetCount, plain: [first, second] = [true, true], fusion}: Circumstances = {},
): Texts {
  if (pass === 'backpropFilter') {
    const tile = tileOf(info, most);
    return {
      compute: outerText(info, tile, {x: first, dy: second}),
      sum: pairsTaps(info) ? pairedSumText(info, tile) : sumText(tile.targets),
      variant: pairsTaps(info) ? byTaps : byChannels,
    };
  }
  const isForward = pass === 'forward';
  const plain = {source: first, filter: second};
  const compute =
    info.kind === 'dense'
      ? pointwiseText(info, isForward, pointwiseBlock(info, isForward, most), plain, fusion)
      : depthwiseText(info, isForward, plain, fusion);
  return {
    compute,
    sum: '',
    variant: (isForward || info.strideWidth === 1 ? gatherVariants : stridedVariants)[info.kind],
  };
}

/** Every variant that there is, by kind and pass. */
export function variantsOf(kind: Kind, pass: Pass): string[] {
  if (pass === 'backpropFilter') return kind === 'dense' ? [byChannels, byTaps] : [byTaps];
  return [gatherVariants[kind], ...(pass === 'backpropInput' ? [stridedVariants[kind]] : [])];
}
