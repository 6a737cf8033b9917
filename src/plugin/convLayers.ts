import type {Tensor} from '@tensorflow/tfjs-core';
import type {ExplicitPads} from '../geometry/conv2dInfo.js';
import {withFloatGradient} from './floatTensors.js';
import {builtinKernelNames} from './kernels.js';
import type {Tf} from './tfjs.js';

/** The fields of tfjs's convolutional layers that convgrad reads; tfjs's types declare them protected. */
export interface ConvLayer {
  rank: number;
  kernel: {read(): Tensor};
  bias: {read(): Tensor} | null;
  filters: number;
  /** One number for each spatial dimension, like strides and dilations. tfjs accepts any array-like value here without a check. */
  kernelSize: ArrayLike<number>;
  strides: ArrayLike<number>;
  dilationRate: ArrayLike<number>;
  padding: 'same' | 'valid' | 'causal';
  dataFormat: 'channelsLast' | 'channelsFirst';
  activation: {apply(x: Tensor): Tensor} | null;
  computeOutputShape(inputShape: number[]): number[];
}

/** Whether a gradient tape is recording. */
export function isRecording(tf: Tf): boolean {
  return tf.engine().state.gradientDepth > 0;
}

export function isDilated({dilationRate}: ConvLayer): boolean {
  return Array.from(dilationRate).some((dilation) => dilation > 1);
}

/**
 * Whether {@link convolve} has to compute a Conv1D or Conv2D. While a tape records it does, because the gradient in tfjs-core's
 * fused convolution refuses dilation. Otherwise it does only where tfjs throws or computes something else. All other calls keep
 * tfjs's fused kernel.
 */
export function needsOwnConvolution(tf: Tf, layer: ConvLayer, x: Tensor): boolean {
  const {rank, padding, dataFormat, strides} = layer;
  const conv1d = rank === 1;
  if (!(conv1d || rank === 2) || x.rank !== rank + 2 || (padding === 'causal' && !conv1d)) return false;
  if (isRecording(tf)) return true;
  const strided = Array.from(strides).some((stride) => stride > 1);
  return padding === 'causal' || (conv1d && dataFormat === 'channelsFirst') || (strided && isDilated(layer));
}

/**
 * Computes activation(x ∗ kernel + bias) with the layer's own weights and activation, on the tape. A Conv1D is computed as a
 * convolution of images that are one pixel high.
 * @param x [N, H, W, C] or [N, W, C]; with channelsFirst [N, C, H, W] or [N, C, W]
 */
export function convolve(tf: Tf, layer: ConvLayer, x: Tensor): Tensor {
  const conv1d = layer.rank === 1;
  const heightAxis = layer.dataFormat === 'channelsFirst' ? 2 : 1;
  return tf.tidy(() => {
    const kernel = layer.kernel.read();
    const inputs = {
      x: conv1d ? tf.expandDims(x, heightAxis) : x,
      filter: conv1d ? tf.expandDims(kernel, 0) : kernel,
    };
    const y: Tensor = tf.engine().runKernel(builtinKernelNames.dense.forward, inputs, attributesOf(layer));
    return applyBiasAndActivation(tf, layer, conv1d ? tf.squeeze(y, [heightAxis]) : y);
  });
}

/**
 * Computes activation(x ∗ᵀ kernel + bias) of a Conv2DTranspose, with its dilation, which tfjs ignores.
 * @param x [N, H, W, C]; with channelsFirst [N, C, H, W]
 */
export function convolveTransposed(tf: Tf, layer: ConvLayer, x: Tensor): Tensor {
  return tf.tidy(() => {
    const attributes = {...attributesOf(layer), inputShape: layer.computeOutputShape(x.shape)};
    const inputs = {dy: x, filter: layer.kernel.read()};
    return applyBiasAndActivation(
      tf,
      layer,
      tf.engine().runKernel(builtinKernelNames.dense.backpropInput, inputs, attributes),
    );
  });
}

/** The layer's geometry as attributes of a two-dimensional kernel. */
function attributesOf(layer: ConvLayer) {
  const {strides, padding, dataFormat, dilationRate} = layer;
  const twice = (sizes: ArrayLike<number>) => (layer.rank === 1 ? [1, sizes[0]] : (sizes as number[]));
  return {
    strides: twice(strides),
    dilations: twice(dilationRate),
    pad: (padding === 'causal' ? causalPads(layer) : padding) as never,
    dataFormat: dataFormat === 'channelsFirst' ? 'NCHW' : 'NHWC',
  };
}

/** Puts all padding before the first step, so that no output depends on a later input. */
function causalPads({kernelSize, dilationRate, dataFormat}: ConvLayer): ExplicitPads {
  const width = [(kernelSize[0] - 1) * dilationRate[0], 0] as const;
  const none = [0, 0] as const;
  return dataFormat === 'channelsFirst' ? [none, none, none, width] : [none, none, width, none];
}

/** Computes activation(y + bias), in tfjs's order of operations. */
export function applyBiasAndActivation(tf: Tf, {bias, activation, dataFormat}: ConvLayer, y: Tensor): Tensor {
  const along = (vector: Tensor) =>
    dataFormat === 'channelsFirst' ? tf.reshape(vector, [-1, ...Array<number>(y.rank - 2).fill(1)]) : vector;
  const biased = bias ? withFloatGradient(tf, tf.add(y, along(bias.read()))) : y;
  return activation ? activation.apply(biased) : biased;
}

/** A view of the layer with other settings. */
export function withSettings<L extends ConvLayer>(layer: L, settings: Partial<L>): L {
  return Object.assign(Object.create(layer) as L, settings);
}
