import type {Rank, Tensor, Tensor1D, Tensor3D, Tensor4D} from '@tensorflow/tfjs';
import {type Conv2DRequest, conv2dInfo, type DataFormat, type Pad, type RoundingMode} from '../geometry/conv2dInfo.js';
import {ConvgradError} from '../geometry/error.js';
import {type Activation, activations} from './epilogue.js';
import {runOwnKernel} from './ownKernels.js';
import {checkShape} from './runPass.js';
import {defaultTf as tf} from './tfjs.js';

/** A tensor with or without the batch dimension. */
export type Images = Tensor3D | Tensor4D | Tensor<Rank.R3 | Rank.R4>;

/** The attributes of a convolution, as tf.conv2d takes them. */
export interface Conv2DAttributes {
  /** Steps of the window, one number or [height, width]; whole numbers ≥ 1. */
  strides: number | readonly [number, number];
  /** 'same', 'valid', a whole number of zero rows and columns on every side, or [[0, 0], [top, bottom], [left, right], [0, 0]]. */
  pad: Pad;
  /** The order of x, dy and the results; filters are always [height, width, in, out]. 'NHWC' by default. */
  dataFormat?: DataFormat | undefined;
  /** Steps between filter taps, one number or [height, width]; may be combined with strides. 1 by default. */
  dilations?: number | readonly [number, number] | undefined;
  /** How a fractional output size becomes whole, for numeric and explicit pads. */
  dimRoundingMode?: RoundingMode | undefined;
}

/** The arguments of {@link conv2d} as an object. */
export interface Conv2DArguments extends Conv2DAttributes {
  /** [batch, height, width, inChannels], or without the batch; float32. */
  x: Images;
  /** [height, width, inChannels, outChannels]; float32. */
  filter: Tensor4D;
  /** [outChannels], or anything that broadcasts to the output. */
  bias?: Tensor | undefined;
  activation?: Activation | undefined;
  preluActivationWeights?: Tensor | undefined;
  /** The slope of leakyrelu below zero; 0.2 by default. */
  leakyreluAlpha?: number | undefined;
}

/**
 * tf.conv2d without its limits: stride and dilation may be combined, and every gradient exists, of any order. Runs convgrad's kernels on the
 * active backend whether or not convgrad is installed.
 *
 * @returns [batch, outHeight, outWidth, outChannels] in `dataFormat`'s order; rank 3 when x has rank 3
 * @throws ConvgradError naming the broken constraint, its numbers and the way out
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
export function conv2d(args: Conv2DArguments): Tensor4D;
export function conv2d(
  first: Images | Conv2DArguments,
  filter?: Tensor4D,
  strides?: Conv2DAttributes['strides'],
  pad?: Pad,
  dataFormat?: DataFormat,
  dilations?: Conv2DAttributes['dilations'],
  dimRoundingMode?: RoundingMode,
): Tensor {
  const args =
    first instanceof tf.Tensor || filter !== undefined
      ? ({x: first, filter, strides, pad, dataFormat, dilations, dimRoundingMode} as Conv2DArguments)
      : (first as Conv2DArguments);
  const activation = args?.activation ?? 'linear';
  if (!activations.includes(activation)) {
    throw new ConvgradError('conv2d', `unknown activation '${activation}'; use one of ${activations.join(', ')}.`);
  }
  const x = tensorOf('conv2d', 'x', args?.x);
  const kernel = tensorOf('conv2d', 'filter', args.filter);
  return tf.tidy(() => {
    const y = withBatch(x, (batched) =>
      runOwnKernel(tf, 'conv2d', 'forward', {x: batched, filter: kernel}, attributes(args)),
    );
    const biased = args.bias ? tf.add(y, aligned(args.bias, args.dataFormat)) : y;
    return activate(biased, activation, args);
  });
}

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
  if (x.rank !== dy.rank)
    throw new ConvgradError(name, `x has rank ${x.rank} and dy rank ${dy.rank}; both or neither carry a batch.`);
  return tf.tidy(() => {
    const attrs = attributes(args);
    const [x4D, dy4D] = [x, dy].map((tensor) => (tensor.rank === 3 ? tf.expandDims(tensor, 0) : tensor));
    const info = conv2dInfo(name, {...attrs, xShape: x4D.shape, filterShape: filter.shape});
    checkShape(name, info, 'dy', dy4D.shape);
    const dx = runOwnKernel(tf, name, 'backpropInput', {dy: dy4D, filter}, {...attrs, inputShape: x4D.shape});
    const dFilter = runOwnKernel(tf, name, 'backpropFilter', {x: x4D, dy: dy4D}, {...attrs, filterShape: filter.shape});
    const dBias = tf.sum(dy4D, args.dataFormat === 'NCHW' ? [0, 2, 3] : [0, 1, 2]) as Tensor1D;
    return {dx: tf.reshape(dx, x.shape), dFilter, dBias};
  });
}

function attributes({
  strides,
  pad,
  dataFormat,
  dilations,
  dimRoundingMode,
}: Conv2DAttributes): Omit<Conv2DRequest, 'xShape' | 'filterShape'> {
  return {
    strides,
    pad,
    dataFormat: dataFormat ?? 'NHWC',
    dilations: dilations ?? 1,
    ...(dimRoundingMode ? {dimRoundingMode} : {}),
  };
}

function tensorOf(functionName: string, name: string, value: unknown): Tensor {
  if (value instanceof tf.Tensor) return value;
  const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
  throw new ConvgradError(functionName, `${name} must be a tensor, got ${got}; wrap plain values in tf.tensor(…).`);
}

/** Runs on x with a batch dimension, and takes it away again when x had none. */
function withBatch(x: Tensor, run: (x: Tensor) => Tensor4D): Tensor {
  if (x.rank !== 3) return run(x);
  return tf.squeeze(run(tf.expandDims(x, 0)), [0]);
}

/** A vector of one value a channel broadcasts along the last dimension; in NCHW the channels are third from the end. */
function aligned(tensor: Tensor, dataFormat: DataFormat | undefined): Tensor {
  return dataFormat === 'NCHW' && tensor.rank === 1 ? tf.reshape(tensor, [-1, 1, 1]) : tensor;
}

function activate(y: Tensor, activation: Activation, args: Conv2DArguments): Tensor {
  switch (activation) {
    case 'linear':
      return y;
    case 'relu':
      return tf.relu(y);
    case 'relu6':
      return tf.relu6(y);
    case 'elu':
      return tf.elu(y);
    case 'sigmoid':
      return tf.sigmoid(y);
    case 'leakyrelu':
      return tf.leakyRelu(y, args.leakyreluAlpha ?? 0.2);
    case 'prelu': {
      const slopes = tensorOf(
        'conv2d',
        "preluActivationWeights, which activation 'prelu' needs,",
        args.preluActivationWeights,
      );
      return tf.prelu(y, aligned(slopes, args.dataFormat));
    }
  }
}
