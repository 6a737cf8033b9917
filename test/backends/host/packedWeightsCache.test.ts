import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {install, uninstall} from 'tfjs-convgrad';
import {startCounting} from '../../../src/engine/coverageCounter.js';
import {cacheCounters} from '../../../src/engine/packedWeightsCache.js';

const x = () => tf.randomUniform<tf.Rank.R4>([1, 12, 12, 8], -1, 1, 'float32', 1);
const weights = (seed: number) => tf.randomUniform<tf.Rank.R4>([3, 3, 8, 8], -1, 1, 'float32', seed);
beforeAll(() => void startCounting());

const again = () => cacheCounters[1]!.hits;
/** A convolution and its dX, which both read the filter. */
const both = (filter: tf.Tensor4D) =>
  tf.tidy(() => {
    const {value, grad} = tf.valueAndGrad((image: tf.Tensor) =>
      tf.conv2d(image as tf.Tensor4D, filter, 1, 'same').sum(),
    )(x());
    return [tf.conv2d(x(), filter, 1, 'same').dataSync(), value.dataSync(), grad.dataSync()].map((each) => [...each]);
  });

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterEach(uninstall);

  it.each(['implicitGemm', 'winograd', 'winograd4'])('%s follows every change of a filter', (algorithm) => {
    const wanted = (seed: number) => {
      install({tf, algorithm}); // a new engine, which has kept nothing
      const filter = weights(seed);
      const result = both(filter);
      filter.dispose();
      uninstall();
      return result;
    };
    const [want, other] = [wanted(1), wanted(2)];
    expect(other).not.toEqual(want);
    install({tf, algorithm});
    const variable = tf.variable<tf.Rank.R4>(weights(1));
    const before = again();
    for (let i = 0; i < 4; i++) expect(both(variable)).toEqual(want);
    if (backend === 'wasm' || algorithm !== 'implicitGemm') expect(again()).toBeGreaterThan(before);
    // Another tensor in the same variable, and perhaps in the same memory.
    variable.assign(weights(2));
    for (let i = 0; i < 4; i++) expect(both(variable)).toEqual(other);
    variable.dispose();
    for (const [seed, result] of [
      [1, want],
      [2, other],
      [1, want],
    ] as const) {
      const filter = weights(seed);
      for (let i = 0; i < 3; i++) expect(both(filter)).toEqual(result);
      filter.dispose();
    }
  });
});

it.each(['implicitGemm', 'winograd'])('%s on cpu sees values written into the array of a filter', async (algorithm) => {
  await tf.setBackend('cpu');
  const values = Float32Array.from(weights(1).dataSync());
  const others = Float32Array.from(weights(2).dataSync());
  install({tf, algorithm});
  const filter = tf.tensor4d(values, [3, 3, 8, 8]);
  const [want, other] = [both(filter), both(tf.tensor4d(others, [3, 3, 8, 8]))];
  for (let i = 0; i < 3; i++) expect(both(filter)).toEqual(want);
  values.set(others); // tfjs keeps the very array
  for (let i = 0; i < 3; i++) expect(both(filter)).toEqual(other);
  filter.dataSync().set(weights(1).dataSync());
  expect(both(filter)).toEqual(want);
});

describe('on wasm, for a filter that moves to cpu and back', () => {
  const onCpu = async (change: () => void) => {
    await tf.setBackend('cpu');
    change();
    await tf.setBackend('wasm');
  };
  const ones = (filter: tf.Tensor4D) =>
    tf.tidy(() => [...tf.conv2d(tf.ones<tf.Rank.R4>([1, 6, 6, 8]), filter, 1, 'valid').dataSync()]);
  const gradient = (filter: tf.Tensor4D) =>
    tf.tidy(() => [
      ...tf
        .grad((image) => tf.conv2d(image as tf.Tensor4D, filter, 1, 'valid'))(tf.ones([1, 6, 6, 8]))
        .dataSync(),
    ]);

  beforeAll(() => tf.setBackend('wasm'));
  afterEach(uninstall);

  it.each(['implicitGemm', 'winograd', 'winograd4', 'fft'])('%s sees values written on cpu', async (algorithm) => {
    install({tf, algorithm});
    const filter = tf.tensor4d(new Float32Array(3 * 3 * 8 * 4).fill(1), [3, 3, 8, 4]);
    const want = (f: (filter: tf.Tensor4D) => number[], value: number) => {
      const fresh = tf.fill<tf.Rank.R4>([3, 3, 8, 4], value);
      const result = f(fresh);
      fresh.dispose();
      return result;
    };
    for (let i = 0; i < 4; i++) [ones(filter), gradient(filter)];
    for (const value of [2, 3]) {
      // Reading moves it to cpu, where dataSync() returns the array itself.
      await onCpu(() => tf.neg(filter).dispose());
      await onCpu(() => filter.dataSync().fill(value));
      for (let i = 0; i < 3; i++) {
        expect(ones(filter)).toEqual(want(ones, value));
        expect(gradient(filter)).toEqual(want(gradient, value));
      }
    }
    filter.dispose();
  });

  it('implicitGemm sees values written through a reshaped tensor with the same data', async () => {
    install({tf, algorithm: 'implicitGemm'});
    const flat = tf.tensor1d(new Float32Array(3 * 3 * 8 * 4).fill(1));
    const filter = flat.reshape([3, 3, 8, 4]) as tf.Tensor4D;
    for (let i = 0; i < 4; i++) expect(new Set(ones(filter))).toEqual(new Set([72]));
    await onCpu(() => tf.neg(flat).dispose());
    await onCpu(() => flat.dataSync().fill(2));
    expect(new Set(ones(filter))).toEqual(new Set([144]));
    tf.dispose([flat, filter]);
  });
});

it('one tensor in two shapes has separate entries, also where their tap lists are equal', async () => {
  await tf.setBackend('wasm');
  install({tf, algorithm: 'implicitGemm'});
  const flat = tf.tensor1d(Float32Array.from({length: 72}, (_, i) => i % 7));
  const [two, three] = [
    [1, 2, 4, 9],
    [1, 3, 4, 6],
  ].map((shape) => flat.reshape(shape) as tf.Tensor4D);
  // In both shapes only the first tap meets the image.
  const dx = (filter: tf.Tensor4D) =>
    tf.tidy(() => [
      ...tf
        .grad((image) =>
          tf.conv2d(
            image as tf.Tensor4D,
            filter,
            [1, 9],
            [
              [0, 0],
              [0, 0],
              [0, 9],
              [0, 0],
            ],
          ),
        )(tf.ones([1, 1, 1, 4]))
        .dataSync(),
    ]);
  const sums = (columns: number) =>
    Array.from({length: 4}, (_, c) =>
      Array.from({length: columns}, (_, f) => (c * columns + f) % 7).reduce((a, b) => a + b),
    );
  for (let i = 0; i < 4; i++) {
    expect(dx(two)).toEqual(sums(9));
    expect(dx(three)).toEqual(sums(6));
  }
  tf.dispose([flat, two, three]);
  uninstall();
});

it('a new wasm backend gets no entries of the removed one', async () => {
  await tf.setBackend('wasm');
  install({tf, algorithm: 'implicitGemm'});
  const of = (value: number) =>
    tf.tidy(() => {
      const filter = tf.fill<tf.Rank.R4>([3, 3, 8, 4], value);
      const image = tf.ones<tf.Rank.R4>([1, 3, 3, 8]);
      return Array.from({length: 4}, () => tf.conv2d(image, filter, 1, 'valid').dataSync()[0]);
    });
  expect(of(1)).toEqual([72, 72, 72, 72]);
  const factory = tf.findBackendFactory('wasm');
  await tf.setBackend('cpu');
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', factory, 2);
  await tf.setBackend('wasm');
  expect(of(2)).toEqual([144, 144, 144, 144]);
  uninstall();
});
