import type {Conv2DInfo} from '../../../../geometry/conv2dInfo.js';
import type {Pass} from '../../../../geometry/pass.js';
import type {TensorEpilogue} from '../../../implementation.js';
import {floatDivision, tapRanges} from '../../draw/glsl.js';
import {denseFilterGradient, depthwiseFilterGradient} from '../../filterGradient/channelPacked.js';
import {backpropInputText, dense, denseRow, depthwise, forwardText} from '../../implicitGemm/channelPacked.js';
import {channelBlocksOf, tapsAtOnce} from './layout.js';
import {packDepthwise, packFilter, packImage, packTransposedFilter} from './pack.js';
import {slabsText} from './slabs.js';
import {depthwiseFilterText, filterText, imageText} from './unpack.js';

/** The shaders of one pass, in the order in which they run: they pack both inputs, compute, and unpack the result. */
export interface ChannelPackedShaders {
  packA: string;
  packB: string;
  compute: string;
  unpack: string;
  /** The name of this variant, for users. */
  variant: string;
}

/** Variants that exist once per pass. */
const wholeRow = 'a row of taps at once';
const slices = 'slices of pixels';

/**
 * The shaders of a pass. Their texts contain only these sizes: the channels of a single channel block, the stride of a row in dX, and the
 * number of taps that are taken at once.
 */
export function shadersOf(info: Conv2DInfo, pass: Pass, epilogue?: TensorEpilogue): ChannelPackedShaders {
  const isDense = info.kind === 'dense';
  const computing = (text: string) => floatDivision + tapRanges + slabsText + text;
  if (pass === 'backpropFilter') {
    return {
      ...{packA: packImage, packB: packImage, variant: slices},
      compute: computing(isDense ? denseFilterGradient : depthwiseFilterGradient),
      unpack: isDense ? filterText : depthwiseFilterText,
    };
  }
  const isForward = pass === 'forward';
  const channels = isForward ? info.inChannels : info.outChannels;
  const single = channelBlocksOf(channels) === 1;
  const lanes = Math.min(4, channels);
  const count = tapsAtOnce(info);
  const row = !isDense ? depthwise : count > 0 ? denseRow(lanes, single, count, !isForward) : dense(lanes, single);
  const stride = isForward ? 1 : info.strideWidth;
  const isWindow = isDense && count > 0;
  const over = !isDense ? 'channel blocks' : single ? 'one channel block' : 'several channel blocks';
  return {
    packA: packImage,
    packB: !isDense ? packDepthwise : isForward ? packFilter : packTransposedFilter,
    compute: computing((isForward ? forwardText : backpropInputText)(row, isWindow)),
    unpack: imageText(stride, epilogue),
    variant: isWindow ? wholeRow : `${over}${stride === 1 ? '' : ', pixels apart'}`,
  };
}

/** All variants of a kind and pass. */
export function variantsOf(kind: Conv2DInfo['kind'], pass: Pass): string[] {
  if (pass === 'backpropFilter') return [slices];
  const over = kind === 'dense' ? ['one channel block', 'several channel blocks'] : ['channel blocks'];
  const apart = pass === 'forward' ? [] : over.map((name) => `${name}, pixels apart`);
  return [...over, ...apart, ...(kind === 'dense' ? [wholeRow] : [])];
}
