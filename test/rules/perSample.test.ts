import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';
import {perSampleGradients, privateGradients} from 'tfjs-convgrad/rules';
import {everyLayer, smallClassifier} from './models.js';

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => {
  install();
  tf.engine().startScope();
});
afterEach(() => {
  tf.engine().endScope();
  uninstall();
});

const variablesOf = (model: tf.LayersModel) => model.trainableWeights.map((weight) => weight.read() as tf.Variable);
const image = (shape: number[], seed = 1) => tf.randomNormal(shape, 0, 1, 'float32', seed);

/** The largest difference, relative to the largest value. */
function distance(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => tf.div(tf.max(tf.abs(tf.sub(a, b))), tf.max(tf.abs(b))).dataSync()[0]);
}

/** The gradient of each example by itself, one after the other. */
function oneByOne(
  lossOf: (n: number) => tf.Scalar,
  variables: tf.Variable[],
  batch: number,
): Record<string, tf.Tensor> {
  const each = Array.from({length: batch}, (_, n) => tf.variableGrads(() => lossOf(n), variables).grads);
  return Object.fromEntries(variables.map(({name}) => [name, tf.stack(each.map((grads) => grads[name]))]));
}

it('the gradients of each example are those of the examples by themselves, in every kind of layer', () => {
  const model = everyLayer();
  const variables = variablesOf(model);
  const x = image([3, 8, 8, 2]);
  const loss = (images: tf.Tensor) => (model.apply(images) as tf.Tensor).square().sum() as tf.Scalar;
  const {value, grads} = perSampleGradients(() => loss(x), variables);
  const expected = oneByOne((n) => loss(x.slice([n], [1])), variables, 3);
  expect(value.dataSync()[0]).toBeCloseTo(loss(x).dataSync()[0], 4);
  expect(Object.keys(grads).sort()).toEqual(variables.map(({name}) => name).sort());
  for (const {name} of variables) expect(distance(grads[name], expected[name])).toBeLessThan(1e-4);
});

it.each<[string, {strides: [number, number]; pad: number | 'same'; dilations: [number, number]; format?: 'NCHW'}]>([
  ['strides and pads', {strides: [2, 1], pad: 2, dilations: [1, 1]}],
  ['dilation', {strides: [1, 1], pad: 1, dilations: [1, 2]}],
  ['rows that no tap reaches', {strides: [3, 3], pad: 0, dilations: [1, 1]}],
  ['NCHW', {strides: [1, 2], pad: 'same', dilations: [1, 1], format: 'NCHW'}],
])('with %s, in dense and depthwise convolutions', (_name, {strides, pad, dilations, format}) => {
  const x = image(format ? [3, 2, 9, 8] : [3, 9, 8, 2]) as tf.Tensor4D;
  for (const convolve of [tf.conv2d, tf.depthwiseConv2d] as (typeof tf.conv2d)[]) {
    const filter = tf.variable(image([3, 2, 2, 3], 2)) as unknown as tf.Tensor4D & tf.Variable;
    const loss = (images: tf.Tensor4D) =>
      convolve(images, filter, strides, pad, format ?? 'NHWC', dilations)
        .square()
        .sum() as tf.Scalar;
    const {grads} = perSampleGradients(() => loss(x), [filter]);
    const expected = oneByOne((n) => loss(x.slice([n], [1])), [filter], 3);
    expect(distance(grads[filter.name], expected[filter.name])).toBeLessThan(1e-5);
    filter.dispose();
  }
});

it('nothing leaks, and a variable without gradients of each example is refused by name', () => {
  const model = smallClassifier('each-');
  const [x, scale] = [image([4, 6, 6, 1]), tf.variable(tf.ones([1, 1, 1, 1]), true, 'myScale')];
  const variables = variablesOf(model);
  const loss = () => (model.apply(x.mul(scale)) as tf.Tensor).square().mean() as tf.Scalar;
  tf.dispose(perSampleGradients(loss, variables));
  const {numTensors} = tf.memory();
  tf.dispose(perSampleGradients(loss, variables));
  tf.dispose(privateGradients(loss, {clip: 1, noise: 1, seed: 1}, variables));
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(() => perSampleGradients(loss, [...variables, scale])).toThrow(/'myScale'/);
  scale.dispose();
});

it('private gradients have the clipped mean and the noise of DP-SGD', () => {
  const model = smallClassifier('private-');
  const variables = variablesOf(model);
  const x = image([4, 6, 6, 1]);
  const loss = () => (model.apply(x) as tf.Tensor).square().sum().div(4) as tf.Scalar;
  const {grads: each} = perSampleGradients(loss, variables);
  const rows = variables.map(({name}) => each[name].reshape([4, -1]).mul(4));
  const norms = tf.concat(rows, 1).norm('euclidean', 1).dataSync();
  const clip = (Math.min(...norms) + Math.max(...norms)) / 2;
  const quiet = privateGradients(loss, {clip, noise: 0, seed: 1}, variables).grads;
  variables.forEach(({name}, i) => {
    const scaled = tf.stack([...norms].map((norm, n) => rows[i].slice([n], [1]).mul(Math.min(1, clip / norm)))).mean(0);
    expect(distance(quiet[name].flatten(), scaled.flatten())).toBeLessThan(1e-4);
  });
  const noise = [1, 2].map((seed) => {
    const {grads} = privateGradients(loss, {clip, noise: 2, seed}, variables);
    return tf.concat(variables.map(({name}) => grads[name].sub(quiet[name]).flatten()));
  });
  const deviation = tf.moments(noise[0]).variance.sqrt().dataSync()[0];
  expect(deviation / ((2 * clip) / 4)).toBeGreaterThan(0.85);
  expect(deviation / ((2 * clip) / 4)).toBeLessThan(1.15);
  expect(distance(noise[0], noise[1])).toBeGreaterThan(0.1);
  expect(() => privateGradients(loss, {clip: Number.NaN, noise: 1, seed: 1})).toThrow(/clip must be a number/);
});
