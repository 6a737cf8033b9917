import type {TensorInfo} from '@tensorflow/tfjs';
import type {DataFormat} from '../geometry/conv2dInfo.js';
import {ConvgradError} from '../geometry/error.js';
import {consume, type Place, release, runOther} from './backendOps.js';

/** The activations that tfjs fuses into a convolution. */
export const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'leakyrelu'] as const;
export type Activation = (typeof activations)[number];

/** What follows a forward convolution: y ← activation(y + bias). */
export interface Epilogue {
  /** Broadcastable to y; rank 1 means one value a channel, in either data format. */
  bias?: TensorInfo | undefined;
  activation?: Activation | undefined;
  /** The slopes of prelu; shaped like a bias. */
  preluActivationWeights?: TensorInfo | undefined;
  /** The slope of leakyrelu for negative values; 0.2 as in tf.leakyRelu. */
  leakyreluAlpha?: number | undefined;
}

/** Applies the epilogue by the backend's own kernels, so that every activation is exactly tfjs's; releases y. */
export function applyEpilogue(
  place: Place,
  functionName: string,
  y: TensorInfo,
  epilogue: Epilogue,
  dataFormat: DataFormat,
): TensorInfo {
  const {bias, activation, preluActivationWeights, leakyreluAlpha} = epilogue;
  const biased = bias
    ? consume(place, y, (a) => withAligned(place, bias, dataFormat, (b) => runOther(place, 'Add', {a, b})))
    : y;
  const by = (kernelName: string, attrs = {}) => consume(place, biased, (x) => runOther(place, kernelName, {x}, attrs));
  switch (activation ?? 'linear') {
    case 'linear':
      return biased;
    case 'relu':
      return by('Relu');
    case 'relu6':
      return by('Relu6');
    case 'elu':
      return by('Elu');
    case 'sigmoid':
      return by('Sigmoid');
    case 'leakyrelu':
      return by('LeakyRelu', {alpha: leakyreluAlpha ?? 0.2});
    case 'prelu':
      if (!preluActivationWeights) {
        release(place, biased);
        throw new ConvgradError(
          functionName,
          "activation 'prelu' needs preluActivationWeights, the slopes for negative values.",
        );
      }
      return consume(place, biased, (x) =>
        withAligned(place, preluActivationWeights, dataFormat, (alpha) => runOther(place, 'Prelu', {x, alpha})),
      );
    default:
      release(place, biased);
      throw new ConvgradError(
        functionName,
        `unknown activation '${activation}'; use one of ${activations.join(', ')}.`,
      );
  }
}

/** Calls `run` with the tensor aligned to the channels: in NCHW a vector of C values must broadcast as [C, 1, 1]. */
function withAligned(
  place: Place,
  tensor: TensorInfo,
  dataFormat: DataFormat,
  run: (aligned: TensorInfo) => TensorInfo,
): TensorInfo {
  if (dataFormat === 'NHWC' || tensor.shape.length !== 1 || tensor.shape[0] === 1) return run(tensor);
  const shape = [tensor.shape[0], 1, 1];
  return consume(place, runOther(place, 'Reshape', {x: tensor}, {shape}), run);
}
