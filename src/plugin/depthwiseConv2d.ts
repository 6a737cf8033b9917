import type {Tensor, Tensor4D} from '@tensorflow/tfjs';
import type {DataFormat, Pad, RoundingMode} from '../geometry/conv2dInfo.js';
import type {Conv2DAttributes, Images} from './conv2dArguments.js';
import {type Conv2DArguments, type Conv2DParameters, convolution} from './convolution.js';

/**
 * tf.depthwiseConv2d without its limits: stride and dilation may be combined, NCHW is honoured, and every gradient exists, of any order. Runs
 * convgrad's kernels on the active backend whether or not convgrad is installed.
 *
 * @param filter [height, width, inChannels, channelMultiplier]; multiplier m of channel c makes channel c·channelMultiplier + m of the output
 * @returns [batch, outHeight, outWidth, inChannels·channelMultiplier] in `dataFormat`'s order; rank 3 when x has rank 3
 * @throws ConvgradError naming the broken constraint, its numbers and the way out
 */
export function depthwiseConv2d<T extends Images>(
  x: T,
  filter: Tensor4D,
  strides: Conv2DAttributes['strides'],
  pad: Pad,
  dataFormat?: DataFormat,
  dilations?: Conv2DAttributes['dilations'],
  dimRoundingMode?: RoundingMode,
): T;
export function depthwiseConv2d<T extends Images>(args: Conv2DArguments<T>): T;
export function depthwiseConv2d(...args: Conv2DParameters): Tensor {
  return convolution('depthwise', ...args);
}
