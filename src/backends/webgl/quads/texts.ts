import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import type {Pass} from '../../../geometry/pass.js';
import type {Fusion} from '../../implementation.js';
import {dividing, stepping} from '../shared.js';
import {bandsText} from './bands.js';
import {backpropInputText, dense, denseWindow, depthwise, forwardText} from './gather.js';
import {quadsOf, windowOf} from './layout.js';
import {denseOuter, depthwiseOuter} from './outer.js';
import {packDepthwise, packFilter, packFilterTurned, packImage} from './pack.js';
import {depthwiseFilterText, filterText, imageText} from './unpack.js';

/** The shaders of one pass, in the order in which they run: of both inputs, of what is computed of them, and of the result. */
export interface Texts {
  packA: string;
  packB: string;
  compute: string;
  unpack: string;
  /** Which of them these are, for people. */
  variant: string;
}

/** The variants without others of their kind. */
const windows = 'a row of taps at once';
const slices = 'slices of pixels';

/** All texts hold no sizes but these: which channels a single quad has, whether the stride of a row is 1, and the taps of a row where those make a window. */
export function textsOf(info: Conv2DInfo, pass: Pass, fusion?: Fusion): Texts {
  const isDense = info.kind === 'dense';
  const computing = (text: string) => dividing + stepping + bandsText + text;
  if (pass === 'backpropFilter') {
    return {
      ...{packA: packImage, packB: packImage, variant: slices},
      compute: computing(isDense ? denseOuter : depthwiseOuter),
      unpack: isDense ? filterText : depthwiseFilterText,
    };
  }
  const isForward = pass === 'forward';
  const channels = isForward ? info.inChannels : info.outChannels;
  const single = quadsOf(channels) === 1;
  const lanes = Math.min(4, channels);
  const count = windowOf(info);
  const row = !isDense ? depthwise : count > 0 ? denseWindow(lanes, single, count, !isForward) : dense(lanes, single);
  const stride = isForward ? 1 : info.strideWidth;
  const isWindow = isDense && count > 0;
  const over = !isDense ? 'quads' : single ? 'one quad' : 'several quads';
  return {
    packA: packImage,
    packB: !isDense ? packDepthwise : isForward ? packFilter : packFilterTurned,
    compute: computing((isForward ? forwardText : backpropInputText)(row, isWindow)),
    unpack: imageText(stride, fusion),
    variant: isWindow ? windows : `${over}${stride === 1 ? '' : ', pixels apart'}`,
  };
}

/** Every variant that there is, by kind and pass. */
export function variantsOf(kind: Conv2DInfo['kind'], pass: Pass): string[] {
  if (pass === 'backpropFilter') return [slices];
  const over = kind === 'dense' ? ['one quad', 'several quads'] : ['quads'];
  const apart = pass === 'forward' ? [] : over.map((name) => `${name}, pixels apart`);
  return [...over, ...apart, ...(kind === 'dense' ? [windows] : [])];
}
