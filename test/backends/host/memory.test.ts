import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {conv2d, defineAlgorithm, install, uninstall} from 'tfjs-convgrad';

type Shape = [number, number, number, number];
const held = () => ({tensors: tf.memory().numTensors, data: tf.backend().numDataIds()});

beforeAll(() => tf.setBackend('wasm'));
afterEach(uninstall);

it('results are right when the heap grows while inputs arrive and the output is allocated', async () => {
  install({algorithm: 'direct'});
  const size: Shape = [1, 1200, 1000, 8]; // 38 MB; the heap begins with 16
  await tf.setBackend('cpu');
  const values = Float32Array.from({length: 9_600_000}, (_, i) => i % 7);
  const x = tf.tensor4d(values, size);
  const filter = tf.tensor4d([1, 0, 0, 0, 0, 0, 0, 0], [1, 1, 8, 1]);
  await tf.setBackend('wasm');
  const y = tf.conv2d(x, filter, 1, 'valid');
  const got = y.dataSync();
  const wrong = got.findIndex((value, i) => value !== values[8 * i]);
  expect([got.length, wrong]).toEqual([1_200_000, -1]);
  tf.dispose([x, filter, y]);
});

it('an output too large for the heap gives an error and leaks nothing', () => {
  const [x, filter] = [tf.ones([1, 1, 1, 1]) as tf.Tensor4D, tf.ones([1, 1, 1, 1]) as tf.Tensor4D];
  install({algorithm: 'direct'});
  const before = held();
  const beyondAddresses = () => conv2d(x, filter, 1, 16_384);
  expect(beyondAddresses).toThrow(/conv2d: the wasm backend has no room for \[1,32769,32769,1\], 4295229444 bytes/);
  expect(held()).toEqual(before);
  tf.dispose([x, filter]);
});

it('an algorithm that throws leaks no output', () => {
  const undo = defineAlgorithm({
    name: 'throwing',
    forward() {
      throw new Error('out of luck');
    },
  });
  install({algorithm: 'throwing'});
  const [x, filter] = [tf.ones([1, 1, 1, 1]) as tf.Tensor4D, tf.ones([1, 1, 1, 1]) as tf.Tensor4D];
  const before = held();
  expect(() => conv2d(x, filter, 1, 0)).toThrow('out of luck');
  expect(held()).toEqual(before);
  tf.dispose([x, filter]);
  undo();
});
