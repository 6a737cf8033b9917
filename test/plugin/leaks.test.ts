import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from 'tfjs-convgrad';

beforeAll(() => tf.setBackend('cpu'));
afterEach(uninstall);

/** A training step through every kernel and gradient: conv, fused conv, transposed conv, NHWC and NCHW. */
function step(filters: tf.Variable[], optimizer: tf.Optimizer): void {
  optimizer.minimize(() => {
    const [first, second, third] = filters as unknown as tf.Tensor4D[];
    const x = tf.ones([1, 6, 6, 2]) as tf.Tensor4D;
    const a = tf.conv2d(x, first, 1, 'same', 'NHWC', 2).relu() as tf.Tensor4D;
    const b = tf.fused.conv2d({x: a, filter: second, strides: 2, pad: 'same', bias: tf.ones([3])});
    const c = tf.conv2d(tf.transpose(b, [0, 3, 1, 2]) as tf.Tensor4D, third, 1, 'same', 'NCHW');
    return tf.mean(tf.square(c)) as tf.Scalar;
  });
}

it('a thousand training steps use no more memory than ten', () => {
  install();
  const filters = [
    [3, 3, 2, 4],
    [3, 3, 4, 3],
    [3, 3, 3, 2],
  ].map((shape) => tf.variable(tf.ones(shape)));
  const optimizer = tf.train.sgd(1e-6);
  const held = () => ({tensors: tf.memory().numTensors, data: tf.backend().numDataIds(), bytes: tf.memory().numBytes});
  for (let i = 0; i < 10; i++) step(filters, optimizer);
  const tenth = held();
  for (let i = 10; i < 1000; i++) step(filters, optimizer);
  expect(held()).toEqual(tenth);
  tf.dispose(filters);
});
