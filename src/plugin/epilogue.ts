import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {TensorEpilogue} from '../backends/implementation.js';
import {type Activation, activationNames, activations, defaultAlpha, type RunKernel} from '../geometry/activations.js';
import type {DataFormat} from '../geometry/conv2dInfo.js';
import {didYouMean, keysOf} from '../geometry/didYouMean.js';
import {ConvgradError} from '../geometry/error.js';
import {show} from '../geometry/show.js';
import {applyAndRelease, type BackendContext, release, runBackendKernel} from './backendOps.js';
import {checkNumeric} from './checkTensor.js';

export type {Activation};

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
  const known = activationNames();
  if (!known.includes(name)) {
    const shown = typeof name === 'string' ? name : show(name);
    throw new ConvgradError(
      functionName,
      `unknown activation '${shown}'${didYouMean(shown, known)}; use one of ${known.join(', ')}.`,
    );
  }
  const {operand} = activations[name];
  const alpha = toNumber(leakyreluAlpha ?? defaultAlpha);
  if (operand === 'alpha' && Number.isNaN(alpha)) {
    throw new ConvgradError(functionName, `leakyreluAlpha must be a number; got ${show(leakyreluAlpha)}.`);
  }
  const slopes = operand === 'slopes' ? preluActivationWeights : undefined;
  if (operand === 'slopes' && !slopes) {
    throw new ConvgradError(
      functionName,
      `activation '${name}' needs preluActivationWeights, the slopes for negative values.`,
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
  const made = [biased];
  const run: RunKernel<TensorInfo> = (kernelName, inputs, attrs) => {
    const tensor = runBackendKernel(context, kernelName, inputs as Record<string, TensorInfo>, attrs);
    made.push(tensor);
    return tensor;
  };
  let result: TensorInfo | undefined;
  try {
    result = activations[activation].byKernels(run, biased, {
      slopes: slopes && wholeSlopes(run, slopes, biased.shape),
      alpha,
    });
    return result;
  } finally {
    for (const tensor of made) if (tensor !== result) release(context, tensor);
  }
}

/** The slopes in a shape that tfjs's Prelu broadcasts rightly on every backend. */
function wholeSlopes(
  run: RunKernel<TensorInfo>,
  {tensor, shape}: EpilogueOperand<TensorInfo>,
  of: readonly number[],
): TensorInfo {
  const x = shape.length === tensor.shape.length ? tensor : run('Reshape', {x: tensor}, {shape});
  if (isTrailing(shape, of)) return x;
  return run('Tile', {x}, {reps: shape.map((size, i) => of[of.length - shape.length + i] / size)});
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
