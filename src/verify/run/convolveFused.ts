import type {NamedTensorMap, Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {activations} from '../../geometry/activations.js';
import {problemAttributes} from '../../geometry/problem.js';
import {isStridedAndDilated} from '../../plugin/builtinFault.js';
import {conv2d} from '../../plugin/conv2d.js';
import {depthwiseConv2d} from '../../plugin/depthwiseConv2d.js';
import {fusedKernelNames} from '../../plugin/kernels.js';
import type {AllInputs, EpilogueInputs} from '../reference/convolution.js';
import {epilogueShapes, type FusedProblem, isFused} from '../reference/fusedReference.js';

/** The attributes of a convolution, as tfjs's functions take them. */
export type Attributes = Omit<ReturnType<typeof problemAttributes>, 'strides' | 'dilations'> & {
  strides: [number, number] | number;
  dilations: [number, number] | number;
};

/** The tensors that a fused convolution reads besides x and filter. */
export type EpilogueInputTensors = Partial<Record<keyof EpilogueInputs, Tensor>>;

/** Bias and slopes as tensors of copies; none for a problem without an epilogue. */
export function epilogueInputTensors(
  problem: FusedProblem | Parameters<typeof isFused>[0],
  inputs: AllInputs,
): EpilogueInputTensors {
  if (!isFused(problem)) return {};
  const shapes = Object.entries(epilogueShapes(problem)) as [keyof EpilogueInputs, number[]][];
  return Object.fromEntries(shapes.map(([name, shape]) => [name, tf.tensor(inputs[name]!.slice(), shape, 'float32')]));
}

/**
 * Runs a fused convolution as a program does, by `tf.fused.conv2d` or `tf.fused.depthwiseConv2d`. A problem that these refuse before any
 * kernel runs goes to the kernel by its name or, where a tape records, to convgrad's own function.
 */
export function convolveFused(
  problem: FusedProblem,
  x: Tensor4D,
  filter: Tensor4D,
  {bias, slopes}: EpilogueInputTensors,
  isRecorded: boolean,
  {pad, ...attributes}: Attributes = problemAttributes(problem),
): Tensor4D {
  const {activation, leakyreluAlpha} = problem.epilogue;
  const epilogue = {activation, ...(leakyreluAlpha === undefined ? {} : {leakyreluAlpha})};
  const attrs = {...attributes, pad: pad as 'same', ...epilogue};
  const epilogueInputs = {...(bias ? {bias} : {}), ...(slopes ? {preluActivationWeights: slopes} : {})};
  const depthwise = problem.kind === 'depthwise';
  if (!isRefusedFused(problem, isRecorded)) {
    const ask = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
    return ask({x, filter, ...attrs, ...epilogueInputs}) as Tensor4D;
  }
  if (isRecorded) return (depthwise ? depthwiseConv2d : conv2d)({x, filter, ...attrs, ...epilogueInputs}) as Tensor4D;
  const inputs = {x, filter, ...epilogueInputs} as NamedTensorMap;
  return tf.engine().runKernel(fusedKernelNames[depthwise ? 'depthwise' : 'dense'], inputs, attrs) as Tensor4D;
}

/** Whether tfjs's fused function refuses the problem, or treats NCHW as NHWC. */
export function isRefusedFused(problem: FusedProblem, isRecorded: boolean): boolean {
  const {kind, dataFormat, epilogue} = problem;
  const {activation, slopes = 'c'} = epilogue;
  const {operand, isUnknownToTfjs} = activations[activation];
  if (isStridedAndDilated(problem) || isUnknownToTfjs) return true;
  if (kind !== 'depthwise' && operand === 'slopes' && ![0, 1, 3].includes(slopes.length)) return true;
  return dataFormat === 'NCHW' && (kind === 'depthwise' || (isRecorded && activation !== 'linear'));
}
