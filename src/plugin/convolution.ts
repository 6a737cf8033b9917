import type {NamedAttrMap, NamedTensorMap, Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import {activations, type RunKernel} from '../geometry/activations.js';
import {conv2dInfo, type DataFormat, type Kind, type Pad, type RoundingMode} from '../geometry/conv2dInfo.js';
import {refuseUnknown} from '../geometry/didYouMean.js';
import {
  attributeNames,
  attributesOf,
  type Conv2DAttributes,
  type Images,
  tensorOf,
  withBatch,
} from './conv2dArguments.js';
import {
  type EpilogueOptions,
  epilogueOptionNames,
  isTrailing,
  type ResolvedEpilogue,
  resolveEpilogue,
} from './epilogue.js';
import {withFloatGradient} from './floatTensors.js';
import {functionNames} from './kernels.js';
import {runOwnKernel} from './ownKernels.js';
import {defaultTf as tf} from './tfjs.js';

/** The arguments of {@link conv2d} and {@link depthwiseConv2d} as an object. */
export interface Conv2DArguments<T extends Images = Images> extends Conv2DAttributes, EpilogueOptions<Tensor> {
  /** [batch, height, width, inChannels], or without the batch; float32. */
  x: T;
  /** [height, width, inChannels, outChannels], depthwise [height, width, inChannels, channelMultiplier]; float32. */
  filter: Tensor4D;
}

/** The arguments in the order of `tf.conv2d`, or a single object. */
export type Conv2DParameters = [
  first: Images | Conv2DArguments,
  filter?: Tensor4D,
  strides?: Conv2DAttributes['strides'],
  pad?: Pad,
  dataFormat?: DataFormat,
  dilations?: Conv2DAttributes['dilations'],
  dimRoundingMode?: RoundingMode,
];

/**
 * Computes convolution, bias and activation on the tape, through a kernel of our own. @throws ConvgradError on arguments that are
 * no convolution
 */
export function convolution(kind: Kind, ...[first, filter, ...others]: Conv2DParameters): Tensor {
  const [strides, pad, dataFormat, dilations, dimRoundingMode] = others;
  const args =
    first instanceof tf.Tensor || filter !== undefined
      ? ({x: first, filter, strides, pad, dataFormat, dilations, dimRoundingMode} as Conv2DArguments)
      : (first as Conv2DArguments);
  const name = functionNames[kind];
  refuseUnknown(name, args, ['x', 'filter', ...attributeNames, ...epilogueOptionNames]);
  const inputs = {x: tensorOf(name, 'x', args?.x), filter: tensorOf(name, 'filter', args.filter)};
  for (const key of ['bias', 'preluActivationWeights'] as const)
    if ((args[key] ?? null) !== null) tensorOf(name, key, args[key]);
  return tf.tidy(() => {
    const [x, attrs] = [withBatch(inputs.x), attributesOf(args)];
    conv2dInfo(name, {...attrs, kind, xShape: x.shape, filterShape: inputs.filter.shape}); // stricter than the kernels, which accept more
    const y = runOwnKernel(tf, name, kind, 'forward', {...inputs, x}, attrs);
    const epilogue = resolveEpilogue<Tensor>(name, args, y.shape, args.dataFormat ?? 'NHWC');
    const result = y.size === 0 ? emptyResult(y, epilogue) : applyEpilogueOnTape(y, epilogue);
    return inputs.x.rank === 3 ? tf.squeeze(result, [0]) : result;
  });
}

/** Applies the epilogue with tfjs's own kernels, so that the tape records it. */
function applyEpilogueOnTape(y: Tensor, {activation, bias, slopes, alpha}: ResolvedEpilogue<Tensor>): Tensor {
  const biased = bias ? withFloatGradient(tf, tf.add(y, tf.reshape(bias.tensor, bias.shape))) : y;
  const run: RunKernel<Tensor> = (kernelName, inputs, attrs) =>
    tf.engine().runKernel(kernelName, inputs as NamedTensorMap, attrs as NamedAttrMap) as Tensor;
  const weights = slopes && tf.reshape(slopes.tensor, slopes.shape);
  const isWhole = !slopes || isTrailing(slopes.shape, y.shape);
  return activations[activation].byKernels(run, biased, {
    slopes: isWhole ? weights : tf.broadcastTo(weights as Tensor, y.shape as Tensor4D['shape']),
    alpha,
  });
}

/**
 * Applies the epilogue to an empty output: returns it unchanged, with zero gradients. Some of tfjs's ops divide by zero here or
 * leave their gradients unwritten.
 */
function emptyResult(y: Tensor, {bias, slopes}: ResolvedEpilogue<Tensor>): Tensor {
  const operands = [bias, slopes].flatMap((one) => (one ? [one.tensor] : []));
  const gradFunc = (dy: Tensor) => [dy, ...operands.map(({shape}) => tf.zeros(shape))];
  return tf.customGrad(() => ({value: tf.clone(y), gradFunc}))(y, ...operands);
}
