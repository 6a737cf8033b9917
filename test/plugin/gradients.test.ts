import * as tf from '@tensorflow/tfjs';
import {conv2d, depthwiseConv2d, install, uninstall} from 'tfjs-convgrad';

type Pad = Parameters<typeof tf.conv2d>[3];
const integers = (shape: [number, number, number, number], seed: number) =>
  tf.round(tf.randomUniform(shape, -4, 4, 'float32', seed)) as tf.Tensor4D;

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => {
  install();
  tf.engine().startScope();
});
afterEach(() => {
  tf.engine().endScope();
  uninstall();
});

/** (f(v + h·d) − f(v − h·d)) / 2h at h = 1: exact for a function that is linear in v, and bit-exact on small integers. */
function difference(f: (v: tf.Tensor4D) => tf.Tensor, v: tf.Tensor4D, direction: tf.Tensor4D): number {
  return tf.tidy(
    () =>
      tf
        .sub(f(v.add(direction)), f(v.sub(direction)))
        .div(2)
        .dataSync()[0],
  );
}

const inner = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b));

describe.each<
  [string, {strides: [number, number]; pad: Pad; dilations: [number, number]; mode?: 'ceil' | 'round'; format?: 'NCHW'}]
>([
  ['plain', {strides: [1, 1], pad: 'same', dilations: [1, 1]}],
  ['dilated, per axis', {strides: [1, 1], pad: 'same', dilations: [2, 3]}],
  ['strided and dilated', {strides: [2, 3], pad: 2, dilations: [2, 1]}],
  ['rounded up', {strides: [2, 2], pad: 0, dilations: [1, 1], mode: 'ceil'}],
  ['numeric pad, non-square', {strides: [1, 2], pad: 1, dilations: [1, 1]}],
  ['NCHW', {strides: [2, 1], pad: 'same', dilations: [1, 1], format: 'NCHW'}],
])('%s', (_name, {strides, pad, dilations, mode, format}) => {
  describe.each<[string, typeof conv2d]>([
    ['conv2d', conv2d],
    ['depthwiseConv2d', depthwiseConv2d],
  ])('%s', (_name, ask) => {
    const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
      ask(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad as never, format, dilations, mode);
    const x = () => integers(format ? [2, 3, 8, 8] : [2, 8, 8, 3], 1);
    const filter = () => integers([3, 2, 3, 2], 2);

    it('first gradients equal integer finite differences exactly', () => {
      const dy = integers(convolve(x(), filter()).shape, 3);
      const [dx, dFilter] = tf.grads(convolve)([x(), filter()], dy);
      const [u, v] = [integers(x().shape, 4), integers(filter().shape, 5)];
      expect(inner(dx, u).dataSync()[0]).toBe(difference((a) => inner(convolve(a, filter()), dy), x(), u));
      expect(inner(dFilter, v).dataSync()[0]).toBe(difference((w) => inner(convolve(x(), w), dy), filter(), v));
    });

    it('second gradients through dX and through dFilter equal integer finite differences exactly', () => {
      const dy = integers(convolve(x(), filter()).shape, 3);
      const [u, v] = [integers(x().shape, 4), integers(filter().shape, 5)];
      const alongX = (w: tf.Tensor, upstream: tf.Tensor) =>
        inner(tf.grad((a) => convolve(a, w))(x(), upstream), u) as tf.Scalar;
      const alongFilter = (a: tf.Tensor, upstream: tf.Tensor) =>
        inner(tf.grad((w) => convolve(a, w))(filter(), upstream), v) as tf.Scalar;
      const [byFilter, byDyOfX] = tf.grads(alongX)([filter(), dy]);
      const [byX, byDyOfFilter] = tf.grads(alongFilter)([x(), dy]);
      expect(inner(byFilter, v).dataSync()[0]).toBe(difference((w) => alongX(w, dy), filter(), v));
      expect(inner(byX, u).dataSync()[0]).toBe(difference((a) => alongFilter(a, dy), x(), u));
      const direction = integers(dy.shape, 6);
      expect(inner(byDyOfX, direction).dataSync()[0]).toBe(difference((g) => alongX(filter(), g), dy, direction));
      expect(inner(byDyOfFilter, direction).dataSync()[0]).toBe(difference((g) => alongFilter(x(), g), dy, direction));
    });
  });
});

describe('ops of tfjs', () => {
  it('tf.conv2d has gradients under dilation, which throw without convgrad', () => {
    const f = (x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, tf.ones([3, 3, 1, 1]), 1, 'valid', 'NHWC', 2);
    expect(
      tf
        .grad(f)(tf.ones([1, 5, 5, 1]))
        .dataSync(),
    ).toEqual(Float32Array.from({length: 25}, (_, i) => (i % 2 || Math.floor(i / 5) % 2 ? 0 : 1)));
    uninstall();
    expect(() => tf.grad(f)(tf.ones([1, 5, 5, 1]))).toThrow(/dilation rates greater than 1/);
  });

  it('tf.conv2d keeps dimRoundingMode in its gradients, which is dropped without convgrad', () => {
    const f = (x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, tf.ones([2, 2, 1, 1]), 2, 0, 'NHWC', 1, 'ceil');
    const gradient = () => [
      ...tf
        .grad(f)(tf.ones([1, 3, 3, 1]))
        .dataSync(),
    ];
    expect(gradient()).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1]);
    uninstall();
    // tfjs rounds down: it takes dy for one output instead of four, and the last row and column reach none.
    expect(gradient()).toEqual([1, 1, 0, 1, 1, 0, 0, 0, 0]);
  });

  it('conv2dTranspose and its gradients run on convgrad and agree exactly with tfjs', () => {
    const f = (x: tf.Tensor, w: tf.Tensor) =>
      tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, [1, 8, 8, 2], 2, 'same');
    const inputs = [integers([1, 4, 4, 3], 1), integers([3, 3, 2, 3], 2)];
    const dy = integers([1, 8, 8, 2], 3);
    const installation = install();
    const [got, value] = [tf.grads(f)(inputs, dy), f(inputs[0], inputs[1])];
    const {calls, fallbacks} = installation.report();
    expect(new Set(calls.map(({pass}) => pass))).toEqual(new Set(['forward', 'backpropInput', 'backpropFilter']));
    expect(fallbacks).toEqual([]);
    uninstall();
    const [want, wantValue] = [tf.grads(f)(inputs, dy), f(inputs[0], inputs[1])];
    [...got, value].forEach((tensor, i) => {
      expect(tensor.dataSync()).toEqual([...want, wantValue][i].dataSync());
    });
  });

  it('gradients save inputs only', () => {
    for (const name of ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter']) {
      const config = tf.getGradient(name);
      expect(config.inputsToSave).toHaveLength(2);
      expect(config.outputsToSave).toBeUndefined();
    }
  });
});
