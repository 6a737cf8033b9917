import type {TensorInfo} from '@tensorflow/tfjs';
import type {Fusion} from '../backends/implementation.js';
import type {DataFormat} from '../geometry/conv2dInfo.js';
import {type Activation, activations} from '../geometry/epilogue.js';
import {ConvgradError} from '../geometry/error.js';
import {consume, type Place, runOther} from './backendOps.js';
import {checkTensor} from './checkTensor.js';

export {type Activation, activations};

/** What follows a forward convolution: y ← activation(y + bias). */
export interface Epilogue<T extends TensorInfo = TensorInfo> {
  /** Broadcastable to y; rank 1 means one value a channel, in either data format. */
  bias?: T | null | undefined;
  activation?: Activation | null | undefined;
  /** The slopes of prelu below zero; shaped like a bias. */
  preluActivationWeights?: T | null | undefined;
  /** The slope of leakyrelu below zero; 0.2 by default, as in tf.leakyRelu. */
  leakyreluAlpha?: number | null | undefined;
}

/** The slope of leakyrelu where none is given. */
export const defaultAlpha = 0.2;

/** The epilogue as an implementation may take it along; undefined where there is nothing to do. */
export function fusionOf({bias, activation, preluActivationWeights, leakyreluAlpha}: Epilogue): Fusion | undefined {
  if (!bias && (activation ?? 'linear') === 'linear') return undefined;
  return {
    ...{bias, preluActivationWeights},
    activation: activation ?? 'linear',
    leakyreluAlpha: leakyreluAlpha ?? defaultAlpha,
  };
}

/** Applies the epilogue by the backend's own kernels, so that every activation is exactly tfjs's; releases y. */
export function applyEpilogue(place: Place, y: TensorInfo, epilogue: Epilogue, shapes: EpilogueShapes): TensorInfo {
  const {bias, preluActivationWeights: slopes} = epilogue;
  const biased = bias
    ? consume(place, y, (a) => reshaped(place, bias, shapes.bias, (b) => runOther(place, 'Add', {a, b})))
    : y;
  const by = (kernelName: string, attrs = {}) => consume(place, biased, (x) => runOther(place, kernelName, {x}, attrs));
  switch (epilogue.activation ?? 'linear') {
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
      return by('LeakyRelu', {alpha: epilogue.leakyreluAlpha ?? defaultAlpha});
    case 'prelu':
      return consume(place, biased, (x) =>
        reshaped(place, slopes as TensorInfo, shapes.slopes, (alpha) => prelu(place, x, alpha)),
      );
  }
}

/** The shapes in which the epilogue's tensors meet y. */
export interface EpilogueShapes {
  bias: number[];
  slopes: number[];
}

/** @throws ConvgradError unless the activation is known and its tensors are there, float32, and broadcast to y without making it larger */
export function checkEpilogue(
  functionName: string,
  {bias, activation, preluActivationWeights: slopes}: Epilogue,
  yShape: readonly number[],
  dataFormat: DataFormat,
): EpilogueShapes {
  if (activation && !activations.includes(activation)) {
    throw new ConvgradError(functionName, `unknown activation '${activation}'; use one of ${activations.join(', ')}.`);
  }
  if (activation === 'prelu' && !slopes) {
    throw new ConvgradError(
      functionName,
      "activation 'prelu' needs preluActivationWeights, the slopes for negative values.",
    );
  }
  const beside = (name: string, tensor: TensorInfo | null | undefined) => {
    if (!tensor) return [];
    const {shape} = checkTensor(functionName, name, tensor);
    // A vector of C values goes along the channels, which in NCHW are third from the end.
    const alongChannels = dataFormat === 'NCHW' && shape.length === 1 && shape[0] !== 1;
    const met = alongChannels ? [shape[0], 1, 1] : shape;
    const target = yShape.slice(Math.max(0, yShape.length - met.length));
    if (met.length <= yShape.length && met.every((size, i) => size === 1 || size === target[i])) return met;
    throw new ConvgradError(
      functionName,
      `${name} [${shape}] does not broadcast to the output [${yShape}] (${dataFormat}); ` +
        `give one value for each of its ${yShape[yShape.length - (dataFormat === 'NCHW' ? 3 : 1)]} channels.`,
    );
  };
  return {bias: beside('bias', bias), slopes: beside('preluActivationWeights', slopes)};
}

function prelu(place: Place, x: TensorInfo, alpha: TensorInfo): TensorInfo {
  if (isTrailing(alpha.shape, x.shape)) return runOther(place, 'Prelu', {x, alpha});
  const reps = alpha.shape.map((size, i) => x.shape[x.shape.length - alpha.shape.length + i] / size);
  return consume(place, runOther(place, 'Tile', {x: alpha}, {reps}), (whole) =>
    runOther(place, 'Prelu', {x, alpha: whole}),
  );
}

/** Whether a shape is one of whole trailing dimensions. As such wasm's Prelu reads the slopes, whatever their shape: others are to be repeated first. */
export function isTrailing(shape: readonly number[], of: readonly number[]): boolean {
  const first = shape.findIndex((size) => size > 1);
  return first < 0 || shape.slice(first).every((size, i) => size === of[of.length - shape.length + first + i]);
}

function reshaped(
  place: Place,
  tensor: TensorInfo,
  shape: number[],
  run: (reshaped: TensorInfo) => TensorInfo,
): TensorInfo {
  if (shape.length === tensor.shape.length) return run(tensor);
  return consume(place, runOther(place, 'Reshape', {x: tensor}, {shape}), run);
}
