import type {Tensor} from '@tensorflow/tfjs-core';
import type {Algorithm} from '../../algorithms/algorithm.js';
import type {Conv2DInfo, DataFormat, Kind, Pad, RoundingMode} from '../../geometry/conv2dInfo.js';
import {keysOf, refuseMisspelt} from '../../geometry/didYouMean.js';
import {ConvgradError} from '../../geometry/error.js';
import {type Pass, passes, type TensorName} from '../../geometry/pass.js';

/** What a subject's function learns about the convolution, in the terms of `tf.conv2d` and `tf.depthwiseConv2d`. */
export interface SubjectCall {
  strides: [number, number];
  pad: Pad;
  dilations: [number, number];
  dataFormat: DataFormat;
  dimRoundingMode?: RoundingMode;
  /**
   * Shapes of all six tensors, in `dataFormat`'s order. Filters are [height, width, inChannels, outChannels or channelMultiplier] in either
   * format.
   */
  shapes: Readonly<Record<TensorName, [number, number, number, number]>>;
  /** The resolved geometry: the output size, and how much padding stands above and left of x. */
  info: Conv2DInfo;
}

/** The values of the result in the order of its shape, or a tensor of that shape. `verify` reads the tensor and disposes of it. */
export type SubjectAnswer = Float32Array | Float64Array | Tensor;

/**
 * A user's conv2d as plain functions, for `verify({subject})`. Each function gets its inputs as Float32Arrays of its own, and may be called
 * several times for one problem. A pass without a function is not verified. A function must dispose of the tensors that it makes on the
 * way.
 */
export interface VerifySubject {
  /** Its name in reports; `subject` by default. */
  name?: string;
  /** The data formats that it takes; problems in others are skipped. NHWC alone by default. */
  dataFormats?: readonly DataFormat[];
  /** The kinds of convolutions that it takes; others are skipped. Dense alone by default. `info.kind` tells the functions which it is. */
  kinds?: readonly Kind[];
  /** See `Algorithm.integerHeadroom`. 1 by default; 0 for an algorithm that is not exact on integers, such as FFT. */
  integerHeadroom?: number;
  /** See `Algorithm.footprint`. `padded` by default, which lets zeros of the border meet an Inf. */
  footprint?: Algorithm['footprint'];
  /** True, or the reason to skip a problem. */
  supports?(info: Conv2DInfo, pass: Pass): true | string;
  /** Computes y from x and filter. */
  forward?(call: SubjectCall & {x: Float32Array; filter: Float32Array}): SubjectAnswer | PromiseLike<SubjectAnswer>;
  /** Computes dx from dy and filter. */
  backpropInput?(
    call: SubjectCall & {dy: Float32Array; filter: Float32Array},
  ): SubjectAnswer | PromiseLike<SubjectAnswer>;
  /** Computes dFilter from x and dy. */
  backpropFilter?(call: SubjectCall & {x: Float32Array; dy: Float32Array}): SubjectAnswer | PromiseLike<SubjectAnswer>;
}

/** The default number of milliseconds within which a subject's promise must settle. */
export const defaultTimeout = 10_000;

/** The name of a subject in reports. */
export function subjectName({name}: VerifySubject): string {
  return name ?? 'subject';
}

const fields = keysOf<VerifySubject>({
  ...{name: true, dataFormats: true, kinds: true, integerHeadroom: true, footprint: true, supports: true},
  ...{forward: true, backpropInput: true, backpropFilter: true},
});

/** The passes that a subject has functions for. @throws ConvgradError when it has none, or when one of them is no function */
export function subjectPasses(subject: VerifySubject): Pass[] {
  refuseMisspelt('verify', subject, fields);
  const given = passes.filter((pass) => subject[pass] !== undefined);
  const wrong = given.find((pass) => typeof subject[pass] !== 'function');
  if (wrong) throw new ConvgradError('verify', `subject.${wrong} must be a function; got ${subject[wrong]}.`);
  if (given.length === 0)
    throw new ConvgradError('verify', `the subject has no function; give it ${passes.join(', ')} or some of them.`);
  return given;
}
