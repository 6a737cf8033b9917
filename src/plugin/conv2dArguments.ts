import type {Rank, Tensor, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import type {Conv2DRequest, DataFormat, Pad, RoundingMode} from '../geometry/conv2dInfo.js';
import {keysOf} from '../geometry/didYouMean.js';
import {ConvgradError} from '../geometry/error.js';
import {checkTensor} from './checkTensor.js';
import {defaultTf as tf} from './tfjs.js';

/** A tensor with or without the batch dimension. */
export type Images = Tensor3D | Tensor4D | Tensor<Rank.R3 | Rank.R4>;

/** The attributes of a convolution, as `tf.conv2d` and `tf.depthwiseConv2d` take them. */
export interface Conv2DAttributes {
  /** The steps of the window, one number or [height, width]; whole numbers ≥ 1. */
  strides: number | readonly [number, number];
  /**
   * The padding of the image with zeros: 'same', 'valid', a whole number of rows and columns on every side, or explicit pads.
   * Explicit pads are pairs in the order of `dataFormat`; for NHWC, [[0, 0], [top, bottom], [left, right], [0, 0]].
   */
  pad: Pad;
  /** The order of dimensions of x, dy and the results; filters are always [height, width, in, out]. Defaults to 'NHWC'. */
  dataFormat?: DataFormat | undefined;
  /** The steps between filter taps, one number or [height, width]; can be combined with strides. Defaults to 1. */
  dilations?: number | readonly [number, number] | undefined;
  /** How a fractional output size becomes whole, with numeric and explicit pads; by default it is truncated. */
  dimRoundingMode?: RoundingMode | undefined;
}

export const attributeNames = keysOf<Conv2DAttributes>({
  ...{strides: true, pad: true, dataFormat: true, dilations: true, dimRoundingMode: true},
});

/** The attributes in the form that kernels and the geometry take, with defaults filled in. */
export function attributesOf(args: Conv2DAttributes): Omit<Conv2DRequest, 'xShape' | 'filterShape' | 'kind'> {
  const {strides, pad, dataFormat, dilations, dimRoundingMode} = args;
  return {
    strides,
    pad,
    dataFormat: dataFormat ?? 'NHWC',
    dilations: dilations ?? 1,
    ...(dimRoundingMode === undefined || dimRoundingMode === null ? {} : {dimRoundingMode}),
  };
}

/** Returns the value as a tensor. @throws ConvgradError unless it is a live float32 tensor */
export function tensorOf(functionName: string, name: string, value: unknown): Tensor {
  if (value instanceof tf.Tensor) {
    checkTensor(functionName, name, value);
    return value;
  }
  const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
  throw new ConvgradError(functionName, `${name} must be a tensor, got ${got}; wrap plain values in tf.tensor(…).`);
}

/** The tensor, with a batch dimension of 1 added if it has rank 3. */
export function withBatch(tensor: Tensor): Tensor {
  return tensor.rank === 3 ? tf.expandDims(tensor, 0) : tensor;
}
