import type {Tensor, Tensor1D, Tensor4D} from '@tensorflow/tfjs';
import {conv2dInfo} from '../geometry/conv2dInfo.js';
import {ConvgradError} from '../geometry/error.js';
import {checkShape} from './checkTensor.js';
import {attributesOf, batched, type Conv2DAttributes, type Images, tensorOf} from './conv2dArguments.js';
import {runOwnKernel} from './ownKernels.js';
import {defaultTf as tf} from './tfjs.js';

/** The arguments of {@link conv2dBackward}. */
export interface Conv2DBackwardArguments extends Conv2DAttributes {
  /** The input of the forward convolution. */
  x: Images;
  filter: Tensor4D;
  /** The gradient of the loss with respect to the output; the output's shape. */
  dy: Images;
}

/**
 * The backward pass of `conv2d(x, filter, …) + bias`, given the gradient dy of its output.
 *
 * @returns dx shaped like x, dFilter shaped like filter, and dBias [outChannels], the sum of dy over batch, height and width
 * @throws ConvgradError naming the broken constraint, its numbers and the way out
 */
export function conv2dBackward(args: Conv2DBackwardArguments): {dx: Tensor; dFilter: Tensor4D; dBias: Tensor1D} {
  const name = 'conv2dBackward';
  const [x, filter, dy] = (['x', 'filter', 'dy'] as const).map((key) => tensorOf(name, key, args?.[key]));
  if (x.rank !== dy.rank) {
    throw new ConvgradError(name, `x has rank ${x.rank} and dy rank ${dy.rank}; both or neither carry a batch.`);
  }
  return tf.tidy(() => {
    const attrs = attributesOf(args);
    const [x4D, dy4D] = [batched(x), batched(dy)];
    const info = conv2dInfo(name, {...attrs, xShape: x4D.shape, filterShape: filter.shape});
    checkShape(name, info, 'dy', dy4D.shape);
    const dx = runOwnKernel(tf, name, 'backpropInput', {dy: dy4D, filter}, {...attrs, inputShape: x4D.shape});
    const dFilter = runOwnKernel(tf, name, 'backpropFilter', {x: x4D, dy: dy4D}, {...attrs, filterShape: filter.shape});
    const dBias = tf.sum(dy4D, info.dataFormat === 'NCHW' ? [0, 2, 3] : [0, 1, 2]) as Tensor1D;
    return {dx: tf.reshape(dx, x.shape), dFilter, dBias};
  });
}
