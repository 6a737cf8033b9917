import type {TensorInfo} from '@tensorflow/tfjs';
import type {TensorEpilogue} from '../backends/implementation.js';
import type {DataFormat} from '../geometry/conv2dInfo.js';
import {didYouMean, keysOf} from '../geometry/didYouMean.js';
import {type Activation, activations} from '../geometry/epilogue.js';
import {ConvgradError} from '../geometry/error.js';
import {show} from '../geometry/show.js';
import {applyAndRelease, type BackendContext, runBackendKernel} from './backendOps.js';
import {checkNumeric} from './checkTensor.js';

export {type Activation, activations};

/** The epilogue of a forward convolution: y ← activation(y + bias). */
export interface EpilogueOptions<T extends TensorInfo = TensorInfo> {
  /** The bias, broadcastable to y. A vector holds one value per channel, in either data format. */
  bias?: T | null | undefined;
  activation?: Activation | null | undefined;
  /** The slopes of prelu below zero, shaped like a bias. Other activations do not read them. */
  preluActivationWeights?: T | null | undefined;
  /** The slope of leakyrelu below zero. Defaults to 0.2, as in tf.leakyRelu. */
  leakyreluAlpha?: number | null | undefined;
}

export const epilogueOptionNames = keysOf<EpilogueOptions>({
  ...{bias: true, activation: true, preluActivationWeights: true, leakyreluAlpha: true},
});

/** The default slope of leakyrelu. */
const defaultAlpha = 0.2;

/** A checked epilogue: only the tensors that its activation reads, with the shapes that broadcast to y. */
export interface ResolvedEpilogue<T extends TensorInfo = TensorInfo> {
  activation: Activation;
  bias?: EpilogueOperand<T> | undefined;
  /** The slopes, for prelu only. */
  slopes?: EpilogueOperand<T> | undefined;
  /** The slope, for leakyrelu. */
  alpha: number;
}

interface EpilogueOperand<T extends TensorInfo> {
  tensor: T;
  shape: number[];
}

/**
 * Checks an epilogue. @throws ConvgradError unless the activation is known and its tensors are given, numeric, and broadcast to y
 * without enlarging it
 */
export function resolveEpilogue<T extends TensorInfo>(
  functionName: string,
  {bias, activation, preluActivationWeights, leakyreluAlpha}: EpilogueOptions<T>,
  yShape: readonly number[],
  dataFormat: DataFormat,
): ResolvedEpilogue<T> {
  const name = (activation || 'linear') as Activation; // tfjs accepts an empty name too
  if (!activations.includes(name)) {
    const shown = typeof name === 'string' ? name : show(name);
    throw new ConvgradError(
      functionName,
      `unknown activation '${shown}'${didYouMean(shown, activations)}; use one of ${activations.join(', ')}.`,
    );
  }
  const alpha = toNumber(leakyreluAlpha ?? defaultAlpha);
  if (name === 'leakyrelu' && Number.isNaN(alpha)) {
    throw new ConvgradError(functionName, `leakyreluAlpha must be a number; got ${show(leakyreluAlpha)}.`);
  }
  const slopes = name === 'prelu' ? preluActivationWeights : undefined;
  if (name === 'prelu' && !slopes) {
    throw new ConvgradError(
      functionName,
      "activation 'prelu' needs preluActivationWeights, the slopes for negative values.",
    );
  }
  const checkOperand = (name: string, tensor: T | null | undefined): EpilogueOperand<T> | undefined => {
    if (!tensor) return undefined;
    const {shape} = checkNumeric(functionName, name, tensor);
    // A vector of C values lies along the channels, which are third from the end in NCHW.
    const alongChannels = dataFormat === 'NCHW' && shape.length === 1 && shape[0] !== 1;
    const met = alongChannels ? [shape[0], 1, 1] : shape;
    if (broadcasts(met, yShape)) return {tensor, shape: met};
    throw new ConvgradError(
      functionName,
      `${name} [${shape}] does not broadcast to the output [${yShape}] (${dataFormat}); ` +
        `give one value for each of its ${yShape[yShape.length - (dataFormat === 'NCHW' ? 3 : 1)]} channels.`,
    );
  };
  return {
    activation: name,
    bias: checkOperand('bias', bias),
    slopes: checkOperand('preluActivationWeights', slopes),
    alpha,
  };
}

/** Whether a shape broadcasts to another one without making it larger. */
function broadcasts(shape: readonly number[], to: readonly number[]): boolean {
  const missing = to.length - shape.length;
  if (missing < 0) return false;
  for (let i = 0; i < shape.length; i++) if (shape[i] !== 1 && shape[i] !== to[missing + i]) return false;
  return true;
}

/** Converts as tfjs does; NaN where JavaScript cannot convert. */
function toNumber(value: unknown): number {
  try {
    return Number(value);
  } catch {
    return Number.NaN; // a symbol
  }
}

/** The tensors that the epilogue reads. */
export function tensorsOf({bias, slopes}: ResolvedEpilogue): (TensorInfo | undefined)[] {
  return [bias?.tensor, slopes?.tensor];
}

/** The same epilogue with other tensors, in the order of `tensorsOf`. */
export function withTensors(
  epilogue: ResolvedEpilogue,
  [bias, slopes]: readonly (TensorInfo | undefined)[],
): ResolvedEpilogue {
  const replaced = (operand: EpilogueOperand<TensorInfo> | undefined, tensor: TensorInfo | undefined) =>
    operand && tensor && {...operand, tensor};
  return {...epilogue, bias: replaced(epilogue.bias, bias), slopes: replaced(epilogue.slopes, slopes)};
}

/** The epilogue in the form that an implementation can fuse; undefined where there is nothing to compute. */
export function tensorEpilogueOf({activation, bias, slopes, alpha}: ResolvedEpilogue): TensorEpilogue | undefined {
  if (!bias && activation === 'linear') return undefined;
  return {activation, bias: bias?.tensor, preluActivationWeights: slopes?.tensor, leakyreluAlpha: alpha};
}

/** Applies the epilogue with the backend's own kernels, so that every activation is exactly tfjs's; releases y. */
export function applyEpilogue(
  context: BackendContext,
  y: TensorInfo,
  {activation, bias, slopes, alpha}: ResolvedEpilogue,
): TensorInfo {
  const biased = bias
    ? applyAndRelease(context, y, (a) => reshaped(context, bias, (b) => runBackendKernel(context, 'Add', {a, b})))
    : y;
  const by = (kernelName: string, attrs = {}) =>
    applyAndRelease(context, biased, (x) => runBackendKernel(context, kernelName, {x}, attrs));
  switch (activation) {
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
      return by('LeakyRelu', {alpha});
    case 'prelu':
      return applyAndRelease(context, biased, (x) =>
        reshaped(context, slopes as EpilogueOperand<TensorInfo>, (weights) => prelu(context, x, weights)),
      );
  }
}

function prelu(context: BackendContext, x: TensorInfo, alpha: TensorInfo): TensorInfo {
  if (isTrailing(alpha.shape, x.shape)) return runBackendKernel(context, 'Prelu', {x, alpha});
  const reps = alpha.shape.map((size, i) => x.shape[x.shape.length - alpha.shape.length + i] / size);
  return applyAndRelease(context, runBackendKernel(context, 'Tile', {x: alpha}, {reps}), (whole) =>
    runBackendKernel(context, 'Prelu', {x, alpha: whole}),
  );
}

/**
 * Whether a shape consists of whole trailing dimensions. wasm's Prelu reads all slopes as if they did, so other shapes have to be
 * repeated first.
 */
export function isTrailing(shape: readonly number[], of: readonly number[]): boolean {
  const first = shape.findIndex((size) => size > 1);
  return first < 0 || shape.slice(first).every((size, i) => size === of[of.length - shape.length + first + i]);
}

function reshaped(
  context: BackendContext,
  {tensor, shape}: EpilogueOperand<TensorInfo>,
  run: (reshaped: TensorInfo) => TensorInfo,
): TensorInfo {
  if (shape.length === tensor.shape.length) return run(tensor);
  return applyAndRelease(context, runBackendKernel(context, 'Reshape', {x: tensor}, {shape}), run);
}
