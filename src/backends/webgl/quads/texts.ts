import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import type {Pass} from '../../../geometry/pass.js';
import type {Fusion} from '../../implementation.js';
import {stepping} from '../shared.js';
import {bandsText} from './bands.js';
import {backpropInputText, dense, depthwise, forwardText} from './gather.js';
import {quadsOf} from './layout.js';
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

/** All texts hold no sizes but these: which channels a single quad has, and whether the stride of a row is 1. */
export function textsOf(info: Conv2DInfo, pass: Pass, fusion?: Fusion): Texts {
  const isDense = info.kind === 'dense';
  const computing = (text: string) => stepping + bandsText + text;
  if (pass === 'backpropFilter') {
    return {
      ...{packA: packImage, packB: packImage, variant: 'slices of pixels'},
      compute: computing(isDense ? denseOuter : depthwiseOuter),
      unpack: isDense ? filterText : depthwiseFilterText,
    };
  }
  const isForward = pass === 'forward';
  const channels = isForward ? info.inChannels : info.outChannels;
  const single = quadsOf(channels) === 1;
  const inner = isDense ? dense(Math.min(4, channels), single) : depthwise;
  const stride = isForward ? 1 : info.strideWidth;
  const over = !isDense ? 'quads' : single ? `${channels} channel${channels > 1 ? 's' : ''}` : 'several quads';
  return {
    packA: packImage,
    packB: !isDense ? packDepthwise : isForward ? packFilter : packFilterTurned,
    compute: computing(isForward ? forwardText(inner) : backpropInputText(inner)),
    unpack: imageText(stride, fusion),
    variant: isForward ? over : `${over}, ${stride === 1 ? 'pixels side by side' : 'pixels apart'}`,
  };
}

/** Every variant that there is, by kind and pass. */
export function variantsOf(kind: Conv2DInfo['kind'], pass: Pass): string[] {
  if (pass === 'backpropFilter') return ['slices of pixels'];
  const over = kind === 'dense' ? ['1 channel', '2 channels', '3 channels', '4 channels', 'several quads'] : ['quads'];
  if (pass === 'forward') return over;
  return over.flatMap((name) => [`${name}, pixels side by side`, `${name}, pixels apart`]);
}
