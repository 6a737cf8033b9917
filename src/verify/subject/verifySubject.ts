import type {Tensor} from '@tensorflow/tfjs';
import type {Algorithm} from '../../algorithms/algorithm.js';
import type {Conv2DInfo, DataFormat, Kind, Pad, RoundingMode} from '../../geometry/conv2dInfo.js';
import {keysOf, refuseMisspelt} from '../../geometry/didYouMean.js';
import {ConvgradError} from '../../geometry/error.js';
import {type Pass, passes, type TensorName} from '../../geometry/pass.js';

/** What a subject's function is told about the convolution, in the words of `tf.conv2d` and `tf.depthwiseConv2d`. */
export interface SubjectCall {
  strides: [number, number];
  pad: Pad;
  dilations: [number, number];
  dataFormat: DataFormat;
  dimRoundingMode?: RoundingMode;
  /** Shapes of all six tensors, in `dataFormat`'s order; filters are [height, width, inChannels, outChannels or channelMultiplier] in either. */
  shapes: Readonly<Record<TensorName, [number, number, number, number]>>;
  /** The resolved geometry: output size, and how much padding stands above and left of x. */
  info: Conv2DInfo;
}

/** The values of the result in the order of its shape, or a tensor of that shape, which `verify` reads and disposes of. */
export type SubjectAnswer = Float32Array | Float64Array | Tensor;

/**
 * Somebody's conv2d as plain functions, for `verify({subject})`. Each gets the tensors that it reads as Float32Arrays of its own, and may
 * be asked several times about one problem. Those left out are not verified. Tensors made on the way are the function's to dispose of.
 */
export interface VerifySubject {
  /** What reports call it; `subject` by default. */
  name?: string;
  /** Problems in other data formats are skipped; NHWC alone by default. */
  dataFormats?: readonly DataFormat[];
  /** Convolutions of other kinds are skipped; dense alone by default. `info.kind` tells the functions which it is. */
  kinds?: readonly Kind[];
  /** See `Algorithm.integerHeadroom`; 1 by default, and 0 for what is not exact on integers, such as FFT. */
  integerHeadroom?: number;
  /** See `Algorithm.footprint`; `padded` by default, which lets zeros of the border meet an Inf. */
  footprint?: Algorithm['footprint'];
  /** True, or the reason why a problem is to be skipped. */
  supports?(info: Conv2DInfo, pass: Pass): true | string;
  /** y of x and filter. */
  forward?(call: SubjectCall & {x: Float32Array; filter: Float32Array}): SubjectAnswer | PromiseLike<SubjectAnswer>;
  /** dx of dy and filter. */
  backpropInput?(
    call: SubjectCall & {dy: Float32Array; filter: Float32Array},
  ): SubjectAnswer | PromiseLike<SubjectAnswer>;
  /** dFilter of x and dy. */
  backpropFilter?(call: SubjectCall & {x: Float32Array; dy: Float32Array}): SubjectAnswer | PromiseLike<SubjectAnswer>;
}

/** Milliseconds in which a subject's promise must settle, unless told otherwise. */
export const defaultTimeout = 10_000;

/** The name under which a subject appears. */
export function subjectName({name}: VerifySubject): string {
  return name ?? 'subject';
}

const fields = keysOf<VerifySubject>({
  ...{name: true, dataFormats: true, kinds: true, integerHeadroom: true, footprint: true, supports: true},
  ...{forward: true, backpropInput: true, backpropFilter: true},
});

/** The passes that a subject has functions for. @throws ConvgradError when it has none, or something else in their place */
export function subjectPasses(subject: VerifySubject): Pass[] {
  refuseMisspelt('verify', subject, fields);
  const given = passes.filter((pass) => subject[pass] !== undefined);
  const wrong = given.find((pass) => typeof subject[pass] !== 'function');
  if (wrong) throw new ConvgradError('verify', `subject.${wrong} must be a function; got ${subject[wrong]}.`);
  if (given.length === 0)
    throw new ConvgradError('verify', `the subject has no function; give it ${passes.join(', ')} or some of them.`);
  return given;
}
