import type {NamedTensorMap, Tensor, Tensor4D} from '@tensorflow/tfjs';
import {problemAttributes} from '../geometry/problem.js';
import {isStridedAndDilated} from '../plugin/builtinFault.js';
import {conv2d} from '../plugin/conv2d.js';
import {depthwiseConv2d} from '../plugin/depthwiseConv2d.js';
import {fusedNames} from '../plugin/kernels.js';
import {defaultTf as tf} from '../plugin/tfjs.js';
import {besideShapes, type FusedProblem, isFused} from './fusedReference.js';
import type {AllInputs, Beside} from './sums.js';

/** What tfjs's functions take as attributes of a convolution. */
export type Attributes = Omit<ReturnType<typeof problemAttributes>, 'strides' | 'dilations'> & {
  strides: [number, number] | number;
  dilations: [number, number] | number;
};

/** The tensors that a fused convolution reads beside x and filter. */
export type BesideTensors = Partial<Record<keyof Beside, Tensor>>;

/** Bias and slopes as tensors of copies; none of a problem without an epilogue. */
export function besideTensors(problem: FusedProblem | Parameters<typeof isFused>[0], inputs: AllInputs): BesideTensors {
  if (!isFused(problem)) return {};
  const shapes = Object.entries(besideShapes(problem)) as [keyof Beside, number[]][];
  return Object.fromEntries(shapes.map(([name, shape]) => [name, tf.tensor(inputs[name]!.slice(), shape, 'float32')]));
}

/**
 * A fused convolution as a program asks for it: `tf.fused.conv2d` or `tf.fused.depthwiseConv2d`. What these refuse before any kernel runs goes to the kernel by its
 * name, or, where a tape records, to our own function.
 */
export function convolveFused(
  problem: FusedProblem,
  x: Tensor4D,
  filter: Tensor4D,
  {bias, slopes}: BesideTensors,
  isRecorded: boolean,
  {pad, ...attributes}: Attributes = problemAttributes(problem),
): Tensor4D {
  const {activation, leakyreluAlpha} = problem.epilogue;
  const epilogue = {activation, ...(leakyreluAlpha === undefined ? {} : {leakyreluAlpha})};
  const attrs = {...attributes, pad: pad as 'same', ...epilogue};
  const beside = {...(bias ? {bias} : {}), ...(slopes ? {preluActivationWeights: slopes} : {})};
  const depthwise = problem.kind === 'depthwise';
  if (!isRefusedFused(problem, isRecorded)) {
    const ask = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
    return ask({x, filter, ...attrs, ...beside}) as Tensor4D;
  }
  if (isRecorded) return (depthwise ? depthwiseConv2d : conv2d)({x, filter, ...attrs, ...beside}) as Tensor4D;
  const inputs = {x, filter, ...beside} as NamedTensorMap;
  return tf.engine().runKernel(fusedNames[depthwise ? 'depthwise' : 'dense'], inputs, attrs) as Tensor4D;
}

/** Whether tfjs's function refuses the problem, or takes NCHW for NHWC. */
export function isRefusedFused(problem: FusedProblem, isRecorded: boolean): boolean {
  const {kind, dataFormat, epilogue} = problem;
  const {activation, slopes = 'c'} = epilogue;
  if (isStridedAndDilated(problem)) return true;
  if (kind !== 'depthwise' && activation === 'prelu' && ![0, 1, 3].includes(slopes.length)) return true;
  return dataFormat === 'NCHW' && (kind === 'depthwise' || (isRecorded && activation !== 'linear'));
}
