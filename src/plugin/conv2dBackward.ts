import type {Tensor, Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';
import {conv2dInfo, type Kind} from '../geometry/conv2dInfo.js';
import {refuseUnknown} from '../geometry/didYouMean.js';
import {ConvgradError, nameCaller} from '../geometry/error.js';
import {checkShape} from './checkTensor.js';
import {
  attributeNames,
  attributesOf,
  type Conv2DAttributes,
  type Images,
  tensorOf,
  withBatch,
} from './conv2dArguments.js';
import {toFloats} from './floatTensors.js';
import {functionNames} from './kernels.js';
import {runOwnKernel} from './ownKernels.js';
import {defaultTf as tf} from './tfjs.js';

/** The arguments of {@link conv2dBackward} and {@link depthwiseConv2dBackward}. */
export interface Conv2DBackwardArguments extends Conv2DAttributes {
  /** The input of the forward convolution: [batch, height, width, inChannels], or without the batch; float32. */
  x: Images;
  /** [height, width, inChannels, outChannels], depthwise [height, width, inChannels, channelMultiplier]; float32. */
  filter: Tensor4D;
  /** The gradient of the loss with respect to the output, of the output's shape; float32. */
  dy: Images;
}

/** The three gradients of a convolution with a bias. */
export interface Conv2DGradients {
  /** The gradient with respect to x, of x's shape. */
  dx: Tensor;
  /** The gradient with respect to the filter, of the filter's shape. */
  dFilter: Tensor4D;
  /** The gradient with respect to the bias, [outChannels]: the sum of dy over batch, height and width. */
  dBias: Tensor1D;
}

/**
 * Computes the backward pass of `conv2d(x, filter, …) + bias` from dy, the gradient of the loss with respect to its output. It
 * runs convgrad's kernels on the active backend, whether or not convgrad is installed.
 *
 * @returns dx, dFilter and dBias, as new tensors
 * @throws ConvgradError that names the broken constraint, its numbers and the way out
 */
export function conv2dBackward(args: Conv2DBackwardArguments): Conv2DGradients {
  return backward('dense', args);
}

/**
 * Computes the backward pass of `depthwiseConv2d(x, filter, …) + bias` from dy, the gradient of the loss with respect to its
 * output. It runs convgrad's kernels on the active backend, whether or not convgrad is installed.
 *
 * @returns dx, dFilter and dBias, as new tensors
 * @throws ConvgradError that names the broken constraint, its numbers and the way out
 */
export function depthwiseConv2dBackward(args: Conv2DBackwardArguments): Conv2DGradients {
  return backward('depthwise', args);
}

function backward(kind: Kind, args: Conv2DBackwardArguments): Conv2DGradients {
  const name = `${functionNames[kind]}Backward`;
  refuseUnknown(name, args, ['x', 'filter', 'dy', ...attributeNames]);
  const [x, filter, dy] = (['x', 'filter', 'dy'] as const).map((key) => tensorOf(name, key, args?.[key]));
  if (x.rank !== dy.rank) {
    throw new ConvgradError(name, `x has rank ${x.rank} and dy rank ${dy.rank}; both or neither must have a batch.`);
  }
  const compute = () => {
    const attrs = attributesOf(args);
    const [x4D, dy4D] = [withBatch(x), withBatch(dy)];
    const info = conv2dInfo(name, {...attrs, kind, xShape: x4D.shape, filterShape: filter.shape});
    checkShape(name, info, 'dy', dy4D.shape);
    const run = (pass: 'backpropInput' | 'backpropFilter', inputs: Record<string, Tensor>, shape: object) =>
      runOwnKernel(tf, name, kind, pass, inputs, {...attrs, ...shape});
    const dx = run('backpropInput', {dy: dy4D, filter}, {inputShape: x4D.shape});
    const dFilter = run('backpropFilter', {x: x4D, dy: dy4D}, {filterShape: filter.shape});
    // On wasm, tfjs does not write the sum of an empty tensor.
    const sum = () => tf.sum(toFloats(tf, dy4D), info.dataFormat === 'NCHW' ? [0, 2, 3] : [0, 1, 2]);
    const dBias = (dy4D.size === 0 ? tf.zeros([info.outChannels]) : sum()) as Tensor1D;
    return {dx: tf.reshape(dx, x.shape), dFilter, dBias};
  };
  try {
    return tf.tidy(compute);
  } catch (error) {
    throw nameCaller(error, name); // the kernels name the pass
  }
}
