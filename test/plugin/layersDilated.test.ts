import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {
  built,
  channelsFirst,
  depthwiseReference,
  expectSame,
  integers,
  transposedReference,
  valueAndGradients,
  variablesOf,
} from '../support/convLayers.js';

type Reference = (x: tf.Tensor) => tf.Tensor;

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  uninstall();
});

/** Compares value and gradients of the layer with convgrad to plain ops of tfjs without it. */
function expectRight(layer: tf.layers.Layer, reference: Reference, xShape: number[]): void {
  const [x, weights] = [integers(xShape, 1), variablesOf(layer)];
  const want = valueAndGradients(reference, x, weights);
  install();
  const apply: Reference = (input) => layer.apply(input) as tf.Tensor;
  const got = valueAndGradients(apply, x, weights);
  expectSame(got, want);
  expectSame([apply(x)], [want[0]]);
  expect(layer.computeOutputShape(xShape)).toEqual(got[0].shape);
  uninstall();
}

const geometries: [string, {strides?: number; padding?: 'same'; dilationRate?: [number, number]}][] = [
  ['neither', {}],
  ['stride', {strides: 2, padding: 'same'}],
  ['dilation', {dilationRate: [2, 3]}],
  ['dilation, same', {dilationRate: [3, 2], padding: 'same'}],
  ['stride and dilation', {strides: 2, dilationRate: [2, 3]}],
  ['stride and dilation, same', {strides: 3, dilationRate: [3, 2], padding: 'same'}],
];

describe.each(geometries)('with %s', (_name, args) => {
  const [last, first] = [
    [9, 8, 2],
    [2, 9, 8],
  ];

  it('Conv2DTranspose has the right gradients in both data formats', () => {
    const config = {...args, filters: 3, kernelSize: [3, 2] as [number, number], activation: 'tanh' as const};
    const make = (dataFormat: 'channelsLast' | 'channelsFirst', shape: number[]) =>
      built(tf.layers.conv2dTranspose({...config, dataFormat}), shape);
    const [stride, dilation] = [args.strides ?? 1, args.dilationRate ?? [1, 1]];
    const sizes = [9, 8].map((size, i) => {
      const span = (config.kernelSize[i] - 1) * dilation[i] + 1;
      return size * stride + (args.padding ? 0 : Math.max(span - stride, 0));
    }) as [number, number];
    const reference =
      (layer: tf.layers.Layer): Reference =>
      (x) =>
        transposedReference(layer, x, sizes);
    const [layer, layerFirst] = [make('channelsLast', last), make('channelsFirst', first)];
    expectRight(layer, reference(layer), [2, ...last]);
    expectRight(layerFirst, channelsFirst(reference(layerFirst)), [2, ...first]);
  });

  it.each([
    [
      'DepthwiseConv2D',
      (dataFormat: 'channelsLast' | 'channelsFirst') =>
        tf.layers.depthwiseConv2d({...args, kernelSize: [3, 2], depthMultiplier: 2, activation: 'tanh', dataFormat}),
    ],
    [
      'SeparableConv2D',
      (dataFormat: 'channelsLast' | 'channelsFirst') =>
        tf.layers.separableConv2d({...args, filters: 3, kernelSize: [3, 2], activation: 'softmax', dataFormat}),
    ],
  ])('%s has the right gradients in both data formats', (_class, make) => {
    const [layer, layerFirst] = [built(make('channelsLast'), last), built(make('channelsFirst'), first)];
    expectRight(layer, (x) => depthwiseReference(layer, x), [2, ...last]);
    expectRight(
      layerFirst,
      channelsFirst((x) => depthwiseReference(layerFirst, x)),
      [2, ...first],
    );
  });
});

describe('tfjs alone', () => {
  const x = () => integers([1, 9, 9, 2], 1);
  const gradient = (layer: tf.layers.Layer) => tf.grad((input) => layer.apply(input) as tf.Tensor)(x());

  it('ignores the dilation of Conv2DTranspose and DepthwiseConv2D', () => {
    const dilated = {kernelSize: 2, dilationRate: 3};
    for (const layer of [tf.layers.conv2dTranspose({...dilated, filters: 1}), tf.layers.depthwiseConv2d(dilated)]) {
      const size = (layer.apply(x()) as tf.Tensor).shape[1] as number;
      expect([10, 8]).toContain(size);
      install();
      const right = (layer.apply(x()) as tf.Tensor).shape[1];
      expect(right).toBe(size === 10 ? 12 : 6);
      uninstall();
    }
  });

  it('throws in training a dilated SeparableConv2D, and for channelsFirst with a bias', () => {
    expect(() => gradient(tf.layers.separableConv2d({filters: 1, kernelSize: 2, dilationRate: 2}))).toThrow(
      /dilation rates greater than 1/,
    );
    const first = tf.layers.separableConv2d({filters: 3, kernelSize: 2, dataFormat: 'channelsFirst'});
    expect(() => first.apply(integers([1, 2, 9, 9], 1))).toThrow(/could not be broadcast/);
  });
});

it('training dilated layers leaks no tensors', async () => {
  install();
  const model = tf.sequential();
  model.add(tf.layers.separableConv2d({filters: 2, kernelSize: 2, dilationRate: 2, strides: 2, inputShape: [7, 7, 1]}));
  model.add(tf.layers.conv2dTranspose({filters: 1, kernelSize: 2, dilationRate: 2}));
  model.compile({optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError'});
  const [x, y] = [integers([2, 7, 7, 1], 1), integers([2, 5, 5, 1], 2)];
  const held: number[] = [];
  for (let i = 0; i < 5; i++) {
    await model.trainOnBatch(x, y);
    held.push(tf.memory().numTensors);
  }
  expect(held).toEqual(Array(5).fill(held[0]));
});

it.each([
  [1, 1],
  [2, 3],
])('dilations %i and %i in an object instead of an array are refused', (...dilations) => {
  const dilationRate = {0: dilations[0], 1: dilations[1], length: 2} as unknown as [number, number];
  const layer = tf.layers.conv2d({kernelSize: 2, filters: 3, dilationRate, strides: [2, 1] as never});
  layer.build([null, 7, 8, 2]);
  install();
  const apply: Reference = (x) => layer.apply(x) as tf.Tensor;
  const refusal = /dilations must be a whole number ≥ 1 or a pair \[height, width\] of them; got \{0: /;
  expect(() => apply(integers([1, 7, 8, 2], 1))).toThrow(refusal);
  expect(() => tf.grad((x) => apply(x))(integers([1, 7, 8, 2], 1))).toThrow(refusal);
});
