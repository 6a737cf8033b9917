import {arithmeticOf, errorBound, reference} from 'tfjs-convgrad/verify';
import type {TappedCall, View} from './tapKernels.js';

/** A gradient that a layer got in training, held against the definition in float64. */
export interface Certificate {
  gradient: 'dx' | 'dFilter';
  /** The largest error of an element, as a part of the largest error that rounding can explain. Above 1 the gradient is wrong. */
  worst: number;
}

/**
 * Judges one call of a backward kernel by its own inputs; forward calls pass by. An element is a sum of K products. In whatever order they
 * are added in float32, it is off by γ(K + 2)·S at most, where S = Σ|a||b| and γ(n) = nu/(1 − nu), u = 2⁻²⁴ (2⁻²³ on a GPU). More proves a mistake.
 */
export function certify({kernel, backend, attrs, inputs, output}: TappedCall): Certificate[] {
  if (!kernel.includes('Backprop')) return [];
  const pass = kernel.endsWith('Input') ? 'backpropInput' : 'backpropFilter';
  const kind = kernel.startsWith('Depthwise') ? 'depthwise' : 'dense';
  // What a pass does not read has the shape of what it writes: backpropInput writes dx, backpropFilter dFilter.
  const {x = zerosLike(output), filter = zerosLike(output), dy = zerosLike(output)} = inputs;
  const [batch, inHeight, inWidth, inChannels] = x.shape;
  const [filterHeight, filterWidth, , depth] = filter.shape;
  const outChannels = kind === 'depthwise' ? inChannels * depth : depth;
  const [strideHeight, strideWidth] = pair(attrs.strides);
  const [dilationHeight, dilationWidth] = pair(attrs.dilations ?? 1);
  const image = {batch, inHeight, inWidth, inChannels, outChannels, dataFormat: 'NHWC', kind} as const;
  const window = {filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth};
  const data = {x: x.values, filter: filter.values, dy: dy.values};
  const wanted = reference({...image, ...window, pad: sides(attrs.pad)}, data)[pass];
  const arithmetic = arithmeticOf(backend);
  let worst = 0;
  output.values.forEach((got, i) => {
    const error = Math.abs(got - wanted.values[i]);
    const bound = errorBound(wanted.terms[i], wanted.magnitudes[i], arithmetic);
    if (error === 0) return;
    worst = Math.max(worst, Number.isFinite(error) ? error / bound : Number.POSITIVE_INFINITY);
  });
  return [{gradient: pass === 'backpropInput' ? 'dx' : 'dFilter', worst}];
}

function pair(size: number | [number, number]): [number, number] {
  return typeof size === 'number' ? [size, size] : size;
}

/** Zeros on each side, where they are given one by one. */
function sides(pad: TappedCall['attrs']['pad']) {
  if (!Array.isArray(pad)) return pad;
  const [, [top, bottom], [left, right]] = pad;
  return {top, bottom, left, right};
}

function zerosLike({shape, values}: View): View {
  return {shape, values: new Float32Array(values.length)};
}
