import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import type {DataFormat, Pad, RoundingMode} from '../geometry/conv2dInfo.js';
import type {Conv2DAttributes, Images} from './conv2dArguments.js';
import {type Conv2DArguments, type Conv2DParameters, convolution} from './convolution.js';

/**
 * Computes a two-dimensional convolution like `tf.conv2d`, without its limits: stride and dilation can be combined, and gradients
 * of every order exist. It runs convgrad's kernels on the active backend, whether or not convgrad is installed.
 *
 * @param x [batch, height, width, inChannels], or without the batch; float32
 * @param filter [height, width, inChannels, outChannels]; float32
 * @param strides the steps of the window, one number or [height, width]
 * @param pad 'same', 'valid', a number, or explicit pads; see {@link Conv2DAttributes}
 * @param dataFormat the order of dimensions of x and the result; defaults to 'NHWC'
 * @param dilations the steps between filter taps, one number or [height, width]; defaults to 1
 * @param dimRoundingMode how a fractional output size becomes whole, with numeric and explicit pads; by default it is truncated
 * @returns a tensor of shape [batch, outHeight, outWidth, outChannels] in the order of `dataFormat`; rank 3 when x has rank 3
 * @throws ConvgradError that names the broken constraint, its numbers and the way out
 */
export function conv2d<T extends Images>(
  x: T,
  filter: Tensor4D,
  strides: Conv2DAttributes['strides'],
  pad: Pad,
  dataFormat?: DataFormat,
  dilations?: Conv2DAttributes['dilations'],
  dimRoundingMode?: RoundingMode,
): T;
/** {@link conv2d} with its arguments in one object, which can also give an epilogue: activation(y + bias). */
export function conv2d<T extends Images>(args: Conv2DArguments<T>): T;
export function conv2d(...args: Conv2DParameters): Tensor {
  return convolution('dense', ...args);
}
