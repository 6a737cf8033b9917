import {type FuzzCall, sizeOf} from './call.js';
import {backpropInput, convolve, forward, type Outputs} from './expected.js';
import {outputShape, readProblem} from './readGeometry.js';
import {invalid, type Reading, Unjudged} from './reading.js';
import {readTensor, withBatch} from './readTensor.js';

/** The arguments of tf.conv2dTranspose: x is the dy of a convolution whose x is the result. */
export function expectedTransposed(reading: Reading, call: FuzzCall): Outputs {
  const {outputShape: shape, ...attrs} = call.attrs;
  if (!Array.isArray(shape)) invalid('no shape');
  const given = readTensor(reading, call, 'x');
  const dy = withBatch(given);
  const alone = dy !== given && dy.shape.length !== given.shape.length;
  if ((shape as unknown[]).length !== given.shape.length) invalid('shapes of different rank');
  const spec = {...(call.tensors.x as object), shape: dy.shape} as never;
  const inner: FuzzCall = {...call, attrs, tensors: {...call.tensors, dy: spec}};
  const {dx} = backpropInput(reading, inner, 'dense', alone ? [1, ...(shape as number[])] : shape);
  return {dx: {...dx!, shape: alone ? dx!.shape.slice(1) : dx!.shape}};
}

/** A depthwise convolution followed by a pointwise one. */
export function expectedSeparable(reading: Reading, call: FuzzCall): Outputs {
  if (call.attrs['dataFormat'] !== undefined && call.attrs['dataFormat'] !== 'NHWC') reading.strict = false;
  const {y} = forward(reading, call, 'depthwise', 'any', false);
  const pointwise = readTensor(reading, call, 'pointwiseFilter');
  if (pointwise.shape[0] !== 1 || pointwise.shape[1] !== 1) invalid('the second filter is no single pixel');
  const x = withBatch({shape: y!.shape, values: Float32Array.from(y!.values)});
  const second = readProblem(reading, 'dense', x.shape, pointwise.shape, {strides: 1, pad: 'valid'});
  const {values} = convolve(second, {x: x.values, filter: pointwise.values}).forward;
  const shape = outputShape(second);
  return {y: {shape: y!.shape.length === 3 ? shape.slice(1) : shape, values}};
}

/** A convolution of images one pixel high. */
export function expectedConv1d(reading: Reading, call: FuzzCall): Outputs {
  const {strides, dilations, dataFormat, pad, dimRoundingMode} = call.attrs;
  if (dataFormat !== undefined && dataFormat !== 'NWC') invalid('an unknown data format');
  if (Array.isArray(pad)) reading.strict = false;
  const [given, filter] = [readTensor(reading, call, 'x'), readTensor(reading, call, 'filter')];
  const x = withBatch(given, 3);
  if (x.shape.length !== 3 || filter.shape.length !== 3) invalid('not the ranks of conv1d');
  const [n, width, channels] = x.shape;
  const attrs = {
    ...{pad, dimRoundingMode, strides: [1, one(strides)], dilations: [1, one(dilations ?? 1)]},
  };
  if (typeof pad === 'number' && pad > 0) reading.strict = false; // which pads the single row too
  const problem = readProblem(reading, 'dense', [n, 1, width, channels], [1, ...filter.shape], attrs);
  const {values} = convolve(problem, {x: x.values, filter: filter.values}).forward;
  const [, height, out, depth] = outputShape(problem);
  if (height !== 1 && n === 0) throw new Unjudged('any number of rows of an empty batch has no values');
  if (height !== 1) invalid('more than one row');
  const shape = given.shape.length === 2 ? [out!, depth!] : [n!, out!, depth!];
  return {y: {shape, values: values.subarray(0, sizeOf(shape))}};
}

function one(step: unknown): number {
  return typeof step === 'number' ? step : invalid('not one number');
}
