import type {Kind} from '../../src/geometry/conv2dInfo.js';
import type {Pass} from '../../src/geometry/pass.js';
import type {Problem} from '../../src/geometry/problem.js';
import {type Expected, type Inputs, reference, tensorShapes} from '../../src/verify/reference/reference.js';
import {type FuzzCall, sizeOf} from './call.js';
import {activate, readEpilogue, slopeOf} from './expectedEpilogue.js';
import {heightAndWidth, outputShape, readProblem} from './readGeometry.js';
import {invalid, maxElements, NotTried, type Reading, Unjudged} from './reading.js';
import {broadcast, type Read, readTensor, withBatch} from './readTensor.js';

type Sums = Pick<Expected, 'shape' | 'values' | 'magnitudes'>;

/** What a result must be, in the order of the user's data format. */
export interface Output {
  shape: readonly number[];
  values: ArrayLike<number>;
  /** Tolerance of each value; integers must be exact. */
  slack?: ArrayLike<number>;
}
export type Outputs = Record<string, Output>;

/** Enough terms to judge by, few enough to enumerate. */
const maxTerms = 4e6;

/** y = activation(x ∗ filter + bias). @param images how x may come: with or without a batch */
export function forward(
  reading: Reading,
  call: FuzzCall,
  kind: Kind,
  images: 'batched' | 'any',
  fused: boolean,
): Outputs {
  const {x, filter, alone} = readInputs(reading, call, images);
  const problem = readProblem(reading, kind, x.shape, filter.shape, call.attrs);
  const y = convolve(problem, {x: x.values, filter: filter.values}).forward;
  const shape = outputShape(problem);
  const linear = order(problem, y.values, 'back');
  const epilogue = fused ? readEpilogue(reading, call, shape, problem.dataFormat) : undefined;
  const {values, slack} = epilogue ? activate(linear, epilogue) : {values: linear, slack: undefined};
  return {y: {shape: alone ? shape.slice(1) : shape, values, ...(slack ? {slack} : {})}};
}

/** dx, dFilter and dBias of the whole call, from its dy. */
export function backward(
  reading: Reading,
  call: FuzzCall,
  kind: Kind,
  images: 'batched' | 'any',
  {fused, bias}: {fused: boolean; bias: 'always' | 'given' | 'never'},
): Outputs {
  const {x, filter, alone} = readInputs(reading, call, images);
  const problem = readProblem(reading, kind, x.shape, filter.shape, call.attrs);
  const shape = outputShape(problem);
  const {dy: argument} = call.tensors;
  if (bias !== 'always' && (!argument || ('value' in argument && (argument.value ?? null) === null)))
    throw new Unjudged('tf.grads takes ones for a dy that is missing');
  const given = readTensor(reading, call, 'dy');
  if (String(given.shape) !== String(alone ? shape.slice(1) : shape)) {
    if (fused && (call.attrs['activation'] || 'linear') !== 'linear')
      throw new NotTried("tfjs's gradients of activations trust the shape of dy, and write past results on wasm");
    invalid('dy has not the shape of y');
  }
  let dy: ArrayLike<number> = given.values;
  const epilogue = fused ? readEpilogue(reading, call, shape, problem.dataFormat) : undefined;
  if (epilogue) {
    const linear = order(problem, convolve(problem, {x: x.values, filter: filter.values}).forward.values, 'back');
    dy = Float64Array.from(dy, (value, i) => value * slopeOf(linear, epilogue, i));
  }
  const whole = Array.prototype.every.call(dy, isSmallInteger);
  const inputs = {x: x.values, filter: filter.values, dy: order(problem, dy, 'there', 'y')};
  const {backpropInput, backpropFilter} = convolve(problem, inputs);
  const dx = resultOf(problem, backpropInput, 'x', whole);
  return {
    dx: {...dx, shape: alone ? dx.shape.slice(1) : dx.shape},
    dFilter: resultOf(problem, backpropFilter, undefined, whole),
    ...(bias === 'always' || (bias === 'given' && epilogue?.bias)
      ? {dBias: sumTo(epilogue?.bias?.shape ?? [problem.outChannels], dy, shape, problem.dataFormat, whole)}
      : {}),
  };
}

/** Whether sums of a few of these are exact in float32. */
const isSmallInteger = (value: number) => Number.isInteger(value) && Math.abs(value) < 2 ** 10;

/** dx alone, with the shape of x from an attribute. */
export function backpropInput(reading: Reading, call: FuzzCall, kind: Kind, shape: unknown): Outputs {
  const filter = readTensor(reading, call, 'filter');
  const problem = readProblem(reading, kind, shape, filter.shape, call.attrs);
  const dy = upperLeft(reading, readTensor(reading, call, 'dy'), outputShape(problem), problem.dataFormat);
  const inputs = {filter: filter.values, dy: order(problem, dy, 'there', 'y')};
  return {dx: resultOf(problem, convolve(problem, inputs).backpropInput, 'x', true)};
}

/** dFilter alone, with the shape of the filter from an attribute. */
export function backpropFilter(reading: Reading, call: FuzzCall, kind: Kind, shape: unknown): Outputs {
  const [x, dy] = [readTensor(reading, call, 'x'), readTensor(reading, call, 'dy')];
  const problem = readProblem(reading, kind, x.shape, shape, call.attrs);
  if (String(dy.shape) !== String(outputShape(problem))) invalid('dy has not the shape of y');
  const inputs = {x: order(problem, x.values, 'there', 'x'), dy: order(problem, dy.values, 'there', 'y')};
  return {dFilter: resultOf(problem, convolve(problem, inputs).backpropFilter, undefined, true)};
}

function readInputs(reading: Reading, call: FuzzCall, images: 'batched' | 'any') {
  const [given, filter] = [readTensor(reading, call, 'x'), readTensor(reading, call, 'filter')];
  const alone = images === 'any' && given.shape.length === 3;
  const x = alone ? withBatch(given) : given;
  const format = call.attrs['dataFormat'] === 'NCHW' ? 'NCHW' : 'NHWC';
  return {
    x: {shape: x.shape, values: x.shape.length === 4 ? toNHWC(x.values, x.shape, format) : x.values},
    filter,
    alone,
  };
}

/** The three passes; missing inputs count as zeros. */
export function convolve(problem: Problem, inputs: {[K in keyof Inputs]?: ArrayLike<number>}): Record<Pass, Sums> {
  const {batch, inHeight, inWidth, inChannels, outChannels, filterHeight, filterWidth} = problem;
  if (batch * inHeight * inWidth * inChannels > maxElements) throw new NotTried('too large');
  const pixels = sizeOf(heightAndWidth(problem)) * batch * outChannels;
  const depth = problem.kind === 'depthwise' ? 1 : inChannels;
  if (pixels * filterHeight * filterWidth * depth > maxTerms) throw new NotTried('too large');
  if (problem.filterHeight * problem.filterWidth === 0) return sumsOfNothing(problem);
  const sized = tensorShapes(problem);
  const array = (name: keyof Inputs) => (inputs[name] ?? new Float32Array(sizeOf(sized[name]))) as Float32Array;
  return reference(problem, {x: array('x'), filter: array('filter'), dy: array('dy')});
}

/** The passes of a filter without taps. */
function sumsOfNothing(p: Problem): Record<Pass, Sums> {
  const zeros = (shape: Sums['shape']): Sums => {
    const values = new Float64Array(sizeOf(shape));
    return {shape, values, magnitudes: values};
  };
  return {
    forward: zeros([p.batch, ...heightAndWidth(p), p.outChannels]),
    backpropInput: zeros([p.batch, p.inHeight, p.inWidth, p.inChannels]),
    backpropFilter: zeros([
      p.filterHeight,
      p.filterWidth,
      p.inChannels,
      p.kind === 'depthwise' ? p.outChannels / p.inChannels : p.outChannels,
    ]),
  };
}

/** The values in the user's order, with their tolerances. */
function resultOf(problem: Problem, wanted: Sums, image: 'x' | undefined, whole: boolean): Output {
  const [n, h, w, c] = wanted.shape;
  const [shape, values] =
    image && problem.dataFormat === 'NCHW'
      ? [[n, c, h, w], order(problem, wanted.values, 'back', image)]
      : [[n, h, w, c], wanted.values];
  if (whole) return {shape, values};
  const magnitudes = image ? order(problem, wanted.magnitudes, 'back', image) : wanted.magnitudes;
  return {shape, values, slack: Float64Array.from(magnitudes, (magnitude) => 2 ** -18 * (magnitude + 1))};
}

/** Values of an image of the problem from the user's order to NHWC, or back. */
function order(
  p: Problem,
  values: ArrayLike<number>,
  way: 'there' | 'back',
  image: 'x' | 'y' = 'y',
): ArrayLike<number> {
  if (p.dataFormat === 'NHWC') return values;
  const [n, h, w, c] =
    image === 'x' ? [p.batch, p.inHeight, p.inWidth, p.inChannels] : [p.batch, ...heightAndWidth(p), p.outChannels];
  return way === 'there' ? permute(values, [n, c, h, w], [0, 2, 3, 1]) : permute(values, [n, h, w, c], [0, 3, 1, 2]);
}

function toNHWC(values: Float32Array, shape: readonly number[], format: 'NHWC' | 'NCHW'): Float32Array {
  return format === 'NHWC' ? values : Float32Array.from(permute(values, shape, [0, 2, 3, 1]));
}

/** tf.transpose by its definition. */
function permute(values: ArrayLike<number>, shape: readonly number[], axes: readonly number[]): Float64Array {
  const to = axes.map((axis) => shape[axis]!);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  return Float64Array.from({length: values.length}, (_, index) => {
    let [rest, at] = [index, 0];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      at += (rest % to[axis]!) * strides[axes[axis]!]!;
      rest = Math.floor(rest / to[axis]!);
    }
    return values[at]!;
  });
}

/** tf.conv2dTranspose reads the upper left of a dy that is larger than the geometry's. */
function upperLeft(
  reading: Reading,
  {shape, values}: Read,
  wanted: readonly number[],
  format: string,
): ArrayLike<number> {
  if (String(shape) === String(wanted)) return values;
  const spatial = format === 'NHWC' ? [1, 2] : [2, 3];
  const fits =
    shape.length === 4 &&
    shape.every((size, axis) => size === wanted[axis] || (spatial.includes(axis) && size > wanted[axis]!));
  if (!fits) invalid('dy has not the shape of y');
  reading.strict = false;
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  return Float64Array.from({length: sizeOf(wanted)}, (_, index) => {
    let [rest, at] = [index, 0];
    for (let axis = 3; axis >= 0; axis--) {
      at += (rest % wanted[axis]!) * strides[axis]!;
      rest = Math.floor(rest / wanted[axis]!);
    }
    return values[at]!;
  });
}

/** The sum of dy over everything that a bias of that shape is broadcast along. */
function sumTo(
  shape: readonly number[],
  dy: ArrayLike<number>,
  yShape: readonly number[],
  format: string,
  whole: boolean,
): Output {
  const along = broadcast(shape, yShape, format);
  const [values, slack] = [new Float64Array(sizeOf(shape)), new Float64Array(sizeOf(shape))];
  for (let i = 0; i < dy.length; i++) {
    values[along(i)]! += dy[i]!;
    slack[along(i)]! += whole ? 0 : 2 ** -18 * (Math.abs(dy[i]!) + 1);
  }
  return {shape, values, slack};
}
