import * as tf from '@tensorflow/tfjs';
import {conv2d, conv2dBackward, depthwiseConv2d, depthwiseConv2dBackward, explain} from 'tfjs-convgrad';
import type {Kind} from '../../src/geometry/conv2dInfo.js';
import {formatProblem, type Problem} from '../../src/geometry/problem.js';
import {type ArgumentName, type FuzzCall, isSpec} from './call.js';
import {backpropFilter, backpropInput, backward, forward, type Outputs} from './expected.js';
import {expectedConv1d, expectedSeparable, expectedTransposed} from './expectedOps.js';
import {outputShape, readProblem} from './readGeometry.js';
import {invalid, type Reading, Unjudged} from './reading.js';
import type {Arguments} from './tensors.js';

/** The results of a call: tensors or plain numbers. */
export type Results = Record<string, unknown>;

/** Something that convgrad serves or exports, and what the definition says of it. */
export interface Entry {
  kinds: readonly Kind[];
  arguments: readonly ArgumentName[];
  attributes: readonly string[];
  /** The form of its images and attributes; by default that of tf.conv2d. */
  form?: 'conv1d' | 'transposed' | 'separable' | 'explain';
  /** tfjs alone has it too. */
  isTfjs: boolean;
  /** With which name a refusal may begin. */
  names: RegExp;
  run(call: FuzzCall, args: Arguments, attrs: Record<string, unknown>): Results;
  /** @throws InvalidCall, NotTried */
  expected(reading: Reading, call: FuzzCall): Outputs;
}

const both = ['dense', 'depthwise'] as const;
const geometry = ['strides', 'pad', 'dataFormat', 'dilations', 'dimRoundingMode'];
const fusing = [...geometry, 'activation', 'leakyreluAlpha'];
const images = ['x', 'filter'] as const;
const fused = [...images, 'bias', 'preluActivationWeights'] as const;

type Any = (...args: unknown[]) => unknown;
/** A function without types, to call it with invalid arguments. */
const untyped = (fn: unknown) => fn as Any;
const pick = (kind: Kind, dense: unknown, depthwise: unknown) => untyped(kind === 'dense' ? dense : depthwise);
const runKernel = (name: string, inputs: object, attrs: object) =>
  tf.engine().runKernel(name, inputs as never, attrs as never) as unknown;
const inOrder = (attrs: Record<string, unknown>, names = geometry) => names.map((name) => attrs[name]);

/** Both gradients, and that of a bias where there is one, through the tape. */
function gradients(f: (args: Arguments) => unknown, {x, filter, bias, dy, ...others}: Arguments): Results {
  const inputs = bias === undefined || bias === null ? [x, filter] : [x, filter, bias];
  const loss = ([...all]: unknown[]) => f({...others, x: all[0], filter: all[1], bias: all[2]}) as tf.Tensor;
  try {
    // tfjs leaks the tensors that it makes of plain values.
    const found = tf.tidy(() => untyped(tf.grads((...all) => loss(all)))(inputs, dy) as tf.Tensor[]);
    return {dx: found[0], dFilter: found[1], ...(found[2] ? {dBias: found[2]} : {})};
  } finally {
    // It also leaks what a tape keeps when a gradient throws.
    const {state} = tf.engine();
    for (const {saved} of state.activeTape ?? []) tf.dispose(saved ?? []);
    state.activeTape = [];
  }
}

const kernelName = (kind: Kind, pass = '') => (kind === 'dense' ? 'Conv2D' : 'DepthwiseConv2dNative') + pass;
const passNames = /^(fused\.)?(conv2d|depthwiseConv2d)(BackpropInput|BackpropFilter|Backward| gradient)?: /;
/** Whether it was drawn as one; a call may hold anything in its place. */
const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'inHeight' in value;
const noBias = {fused: false, bias: 'never'} as const;

export const entries: Record<string, Entry> = {
  'kernel forward': {
    kinds: both,
    arguments: images,
    attributes: geometry,
    isTfjs: true,
    names: /^(conv2d|depthwiseConv2d): /,
    run: ({kind}, {x, filter}, attrs) => ({y: runKernel(kernelName(kind), {x, filter}, attrs)}),
    expected: (reading, call) => forward(reading, call, call.kind, 'batched', false),
  },
  'kernel backpropInput': {
    kinds: both,
    arguments: ['dy', 'filter'],
    attributes: [...geometry, 'inputShape'],
    isTfjs: true,
    names: /^(conv2d|depthwiseConv2d)BackpropInput: /,
    run: ({kind}, {dy, filter}, attrs) => ({dx: runKernel(kernelName(kind, 'BackpropInput'), {dy, filter}, attrs)}),
    expected: (reading, call) => backpropInput(reading, call, call.kind, call.attrs['inputShape']),
  },
  'kernel backpropFilter': {
    kinds: both,
    arguments: ['x', 'dy'],
    attributes: [...geometry, 'filterShape'],
    isTfjs: true,
    names: /^(conv2d|depthwiseConv2d)BackpropFilter: /,
    run: ({kind}, {x, dy}, attrs) => ({dFilter: runKernel(kernelName(kind, 'BackpropFilter'), {x, dy}, attrs)}),
    expected: (reading, call) => backpropFilter(reading, call, call.kind, call.attrs['filterShape']),
  },
  'kernel fused': {
    kinds: both,
    arguments: fused,
    attributes: fusing,
    isTfjs: true,
    names: /^fused\.(conv2d|depthwiseConv2d): /,
    run: ({kind}, args, attrs) => ({
      y: runKernel(kind === 'dense' ? 'FusedConv2D' : 'FusedDepthwiseConv2D', args, attrs),
    }),
    expected: (reading, call) => forward(reading, call, call.kind, 'batched', true),
  },
  'tf.conv2d': {
    kinds: both,
    arguments: images,
    attributes: geometry,
    isTfjs: true,
    names: /^(conv2d|depthwiseConv2d): /,
    run: ({kind}, {x, filter}, attrs) => ({y: pick(kind, tf.conv2d, tf.depthwiseConv2d)(x, filter, ...inOrder(attrs))}),
    expected: (reading, call) => forward(reading, call, call.kind, 'any', false),
  },
  'tf.fused': {
    kinds: both,
    arguments: fused,
    attributes: fusing,
    isTfjs: true,
    names: /^(fused\.)?(conv2d|depthwiseConv2d): /,
    run: ({kind}, args, attrs) => ({y: pick(kind, tf.fused.conv2d, tf.fused.depthwiseConv2d)({...args, ...attrs})}),
    expected: (reading, call) => forward(reading, call, call.kind, 'any', true),
  },
  'grad of tf.conv2d': {
    kinds: both,
    arguments: [...images, 'dy'],
    attributes: geometry,
    isTfjs: true,
    names: passNames,
    run: ({kind}, args, attrs) =>
      gradients(({x, filter}) => pick(kind, tf.conv2d, tf.depthwiseConv2d)(x, filter, ...inOrder(attrs)), args),
    expected: (reading, call) => backward(reading, call, call.kind, 'any', noBias),
  },
  'grad of tf.fused': {
    kinds: both,
    arguments: [...fused, 'dy'],
    attributes: fusing,
    isTfjs: true,
    names: passNames,
    run: ({kind}, args, attrs) =>
      gradients((all) => pick(kind, tf.fused.conv2d, tf.fused.depthwiseConv2d)({...all, ...attrs}), args),
    expected(reading, call) {
      const {dataFormat, activation} = call.attrs;
      const {bias, preluActivationWeights} = call.tensors;
      const isVector = (given: typeof bias) => !isSpec(given) || given.shape.length < 2;
      const isPlain = dataFormat !== 'NCHW' && isVector(bias) && isVector(preluActivationWeights);
      if ((activation || 'linear') !== 'linear' && !isPlain)
        throw new Unjudged('tfjs-core then adds the bias itself, along the width, and to more than y');
      return backward(reading, call, call.kind, 'any', {fused: true, bias: 'given'});
    },
  },
  'tf.conv2dTranspose': {
    kinds: ['dense'],
    arguments: images,
    attributes: ['outputShape', 'strides', 'pad', 'dimRoundingMode'],
    form: 'transposed',
    isTfjs: true,
    names: /^(conv2dTranspose|conv2dBackpropInput): /,
    run: (_call, {x, filter}, {outputShape: shape, strides, pad, dimRoundingMode}) => ({
      dx: untyped(tf.conv2dTranspose)(x, filter, shape, strides, pad, dimRoundingMode),
    }),
    expected: expectedTransposed,
  },
  'tf.separableConv2d': {
    kinds: ['depthwise'],
    arguments: [...images, 'pointwiseFilter'],
    attributes: ['strides', 'pad', 'dilations', 'dataFormat'],
    form: 'separable',
    isTfjs: true,
    names: /^(separableConv2d|conv2d|depthwiseConv2d): /,
    run: (_call, {x, filter, pointwiseFilter}, attrs) => ({
      y: untyped(tf.separableConv2d)(
        ...[x, filter, pointwiseFilter],
        ...inOrder(attrs, ['strides', 'pad', 'dilations', 'dataFormat']),
      ),
    }),
    expected: expectedSeparable,
  },
  'tf.conv1d': {
    kinds: ['dense'],
    arguments: images,
    attributes: geometry,
    form: 'conv1d',
    isTfjs: true,
    names: /^(conv1d|conv2d): /,
    run: (_call, {x, filter}, attrs) => ({y: untyped(tf.conv1d)(x, filter, ...inOrder(attrs))}),
    expected: expectedConv1d,
  },
  layer: {
    kinds: both,
    arguments: images,
    attributes: ['strides', 'pad', 'dataFormat', 'dilations'],
    isTfjs: true,
    names: /^(fused\.)?(conv2d|depthwiseConv2d)/,
    run: ({kind}, {x, filter}, {strides, pad, dataFormat, dilations}) => {
      const [height, width, , depth] = (filter as tf.Tensor).shape;
      const layer = pick(
        kind,
        tf.layers.conv2d,
        tf.layers.depthwiseConv2d,
      )({
        ...{
          name: 'fuzzed',
          kernelSize: [height, width],
          strides,
          padding: pad,
          dilationRate: dilations,
          useBias: false,
        },
        ...(kind === 'dense' ? {filters: depth} : {depthMultiplier: depth}),
        dataFormat:
          dataFormat === undefined
            ? undefined
            : dataFormat === 'NCHW'
              ? 'channelsFirst'
              : dataFormat === 'NHWC'
                ? 'channelsLast'
                : dataFormat,
      }) as tf.layers.Layer;
      try {
        layer.build((x as tf.Tensor).shape);
        layer.setWeights([filter as tf.Tensor]);
        return {y: layer.apply(x as tf.Tensor)};
      } finally {
        for (const weight of layer.weights) weight.dispose();
      }
    },
    expected: (reading, call) => {
      const {strides = 1, pad = 'valid', dataFormat} = call.attrs;
      const {x} = call.tensors;
      if (dataFormat === 'NCHW' && x && 'from' in x && x.from === 'cast')
        throw new Unjudged(
          'the layer runs tf.transpose first, whose shader does not compile for cast integers on webgpu',
        );
      if (typeof pad !== 'string') reading.strict = false;
      return forward(reading, {...call, attrs: {...call.attrs, strides, pad}}, call.kind, 'batched', false);
    },
  },
  conv2d: {
    kinds: both,
    arguments: images,
    attributes: geometry,
    isTfjs: false,
    names: /^(conv2d|depthwiseConv2d): /,
    run: ({kind}, {x, filter}, attrs) => ({y: pick(kind, conv2d, depthwiseConv2d)(x, filter, ...inOrder(attrs))}),
    expected: (reading, call) => forward(reading, call, call.kind, 'any', false),
  },
  'conv2d of an object': {
    kinds: both,
    arguments: fused,
    attributes: fusing,
    isTfjs: false,
    names: /^(conv2d|depthwiseConv2d): /,
    run: ({kind}, args, attrs) => ({y: pick(kind, conv2d, depthwiseConv2d)({...args, ...attrs})}),
    expected: (reading, call) => forward(reading, call, call.kind, 'any', true),
  },
  'grad of conv2d': {
    kinds: both,
    arguments: [...fused, 'dy'],
    attributes: fusing,
    isTfjs: false,
    names: passNames,
    run: ({kind}, args, attrs) => gradients((all) => pick(kind, conv2d, depthwiseConv2d)({...all, ...attrs}), args),
    expected: (reading, call) => backward(reading, call, call.kind, 'any', {fused: true, bias: 'given'}),
  },
  conv2dBackward: {
    kinds: both,
    arguments: [...images, 'dy'],
    attributes: geometry,
    isTfjs: false,
    names: /^(conv2d|depthwiseConv2d)Backward: /,
    run: ({kind}, args, attrs) => pick(kind, conv2dBackward, depthwiseConv2dBackward)({...args, ...attrs}) as Results,
    expected: (reading, call) => backward(reading, call, call.kind, 'any', {fused: false, bias: 'always'}),
  },
  explain: {
    kinds: both,
    arguments: [],
    attributes: ['problem', 'as', 'options'],
    form: 'explain',
    isTfjs: false,
    names: /^(explain|problem)/,
    run: (_call, _args, {problem, as, options}) => {
      const asked = as === 'text' && isProblem(problem) ? formatProblem(problem) : problem;
      const explanation = untyped(explain)(...[asked, ...(options === undefined ? [] : [options])]) as ReturnType<
        typeof explain
      >;
      if (/undefined|NaN/.test(Object.values(explanation.geometry).join()))
        throw new TypeError('the geometry has gaps');
      return {y: explanation.shapes.y};
    },
    expected(reading, call) {
      const p = call.attrs['problem'];
      if (!isProblem(p)) invalid('no problem');
      const xShape =
        p.dataFormat === 'NCHW'
          ? [p.batch, p.inChannels, p.inHeight, p.inWidth]
          : [p.batch, p.inHeight, p.inWidth, p.inChannels];
      const filterShape = [
        p.filterHeight,
        p.filterWidth,
        p.inChannels,
        p.kind === 'depthwise' ? p.outChannels / p.inChannels : p.outChannels,
      ];
      const {top, bottom, left, right} = (typeof p.pad === 'object' ? p.pad : {}) as Record<string, number>;
      const rows = [
        [top, bottom],
        [left, right],
      ];
      const attrs = {
        strides: [p.strideHeight, p.strideWidth],
        dilations: [p.dilationHeight, p.dilationWidth],
        pad:
          typeof p.pad !== 'object'
            ? p.pad
            : p.dataFormat === 'NCHW'
              ? [[0, 0], [0, 0], ...rows]
              : [[0, 0], ...rows, [0, 0]],
        ...{dataFormat: p.dataFormat, dimRoundingMode: p.dimRoundingMode},
      };
      if (call.attrs['options'] !== undefined) reading.strict = false;
      const values = outputShape(readProblem(reading, p.kind ?? 'dense', xShape, filterShape, attrs));
      return {y: {shape: [4], values}};
    },
  },
};
