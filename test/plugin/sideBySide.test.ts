import * as tf from '@tensorflow/tfjs';
import {ConvgradError, conv2d, install, uninstall} from 'tfjs-convgrad';

/** The rows of the table in docs/compare.md. */

const ones = (...shape: [number, number, number, number]) => tf.ones(shape) as tf.Tensor4D;
const valuesOf = (tensor: tf.Tensor) => [...tensor.dataSync()];

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => tf.engine().startScope());
afterEach(() => {
  tf.engine().endScope();
  uninstall();
});

test('a gradient under dilation throws with tfjs alone and is right with convgrad', () => {
  const gradient = () =>
    tf.grad((x) => tf.conv2d(x as tf.Tensor4D, ones(2, 2, 1, 1), 1, 'valid', 'NHWC', 2))(ones(1, 3, 3, 1));
  expect(gradient).toThrow(/dilation rates greater than 1/);
  install();
  expect(valuesOf(gradient())).toEqual([1, 0, 1, 0, 0, 0, 1, 0, 1]);
});

test.each(['ceil', 'round'] as const)(
  "a gradient under dimRoundingMode '%s' is wrong with tfjs alone and right with convgrad",
  (mode) => {
    const gradient = () =>
      tf.grad((x) => tf.conv2d(x as tf.Tensor4D, ones(2, 2, 1, 1), 2, 0, 'NHWC', 1, mode))(ones(1, 3, 3, 1));
    expect(valuesOf(gradient())).toEqual([1, 1, 0, 1, 1, 0, 0, 0, 0]);
    install();
    expect(valuesOf(gradient())).toEqual(Array(9).fill(1));
  },
);

test('a numeric pad gives the wrong output size with tfjs alone and the right one with convgrad', () => {
  const shapes = () => [
    tf.conv2d(ones(1, 5, 5, 1), ones(3, 1, 1, 1), 1, 1).shape,
    tf.conv2d(ones(1, 5, 5, 1), ones(3, 3, 1, 1), [1, 2], 1).shape,
  ];
  expect(shapes()).toEqual([
    [1, 5, 5, 1],
    [1, 5, 5, 1],
  ]);
  install();
  expect(shapes()).toEqual([
    [1, 5, 7, 1],
    [1, 5, 3, 1],
  ]);
});

test('an oversized filter gives a negative shape with tfjs alone and an error with convgrad', () => {
  const convolve = () => tf.conv2d(ones(1, 2, 2, 1), ones(5, 5, 1, 1), 1, 'valid');
  expect(convolve().shape).toEqual([1, -2, -2, 1]);
  install();
  expect(convolve).toThrow(ConvgradError);
});

test('stride with dilation is refused by tf.conv2d and computed by conv2d()', () => {
  expect(() => tf.conv2d(ones(1, 5, 5, 1), ones(2, 2, 1, 1), 2, 'valid', 'NHWC', 2)).toThrow(
    /Either strides or dilations/,
  );
  expect(valuesOf(conv2d(ones(1, 5, 5, 1), ones(2, 2, 1, 1), 2, 'valid', 'NHWC', 2))).toEqual([4, 4, 4, 4]);
});

test('a second derivative through dFilter throws with tfjs alone and is right with convgrad', () => {
  const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
  const second = () =>
    tf.grad((a) => tf.grad((w) => tf.conv2d(a as tf.Tensor4D, w as tf.Tensor4D, 1, 'valid'))(ones(2, 2, 1, 1)))(x);
  expect(second).toThrow(/Conv2DBackpropFilter/);
  install();
  expect(valuesOf(second())).toEqual([1, 1, 1, 1]);
});
