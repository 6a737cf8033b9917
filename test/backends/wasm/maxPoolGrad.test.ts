import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import fc from 'fast-check';
import {install, uninstall} from 'tfjs-convgrad';

type Shape = [number, number, number, number];

afterEach(uninstall);

const side = fc.integer({min: 1, max: 9});
const pair = fc.tuple(fc.integer({min: 1, max: 3}), fc.integer({min: 1, max: 3}));
const pooling = fc
  .record({
    ...{n: fc.integer({min: 1, max: 2}), h: side, w: side, c: fc.integer({min: 1, max: 3})},
    ...{size: pair, strides: pair, pad: fc.constantFrom('same' as const, 'valid' as const, 1), seed: fc.integer()},
  })
  .filter(({h, w, size, pad}) => pad !== 'valid' || (size[0] <= h && size[1] <= w))
  // tfjs sizes a numeric pad by the height alone (issue 649), and windows in the padding alone have no largest element.
  .map((one) =>
    one.pad === 1 ? {...one, size: [2, 2] as [number, number], strides: [2, 2] as [number, number]} : one,
  );

/** Small whole numbers, of either sign or below zero, so that many windows have several largest elements. */
async function gradient(
  backend: string,
  {n, h, w, c, size, strides, pad, seed}: ReturnType<typeof sample>,
  most: number,
) {
  await tf.setBackend(backend);
  return tf.tidy(() => {
    const x = tf.floor(tf.randomUniform([n, h, w, c], most - 5, most, 'float32', seed)) as tf.Tensor4D;
    const pool = (v: tf.Tensor) => tf.maxPool(v as tf.Tensor4D, size, strides, pad);
    const dy = tf.floor(tf.randomUniform(pool(x).shape, 1, 9, 'float32', seed + 1));
    return [...tf.grad(pool)(x, dy).dataSync()];
  });
}

const sample = () => fc.sample(pooling, 1)[0];

it.each([
  ['of either sign', 3],
  ['below zero', 0],
])('the max pooling gradient of wasm equals that of cpu for elements %s', async (_, most) => {
  const installation = install();
  for (const one of fc.sample(pooling, {seed: 3, numRuns: 150})) {
    const wanted = await gradient('cpu', one, most);
    expect({one, got: await gradient('wasm', one, most)}).toEqual({one, got: wanted});
  }
  expect(installation.report().kernels).toContainEqual({backend: 'wasm', kernel: 'MaxPoolGrad', servedBy: 'convgrad'});
});

it('the built-in gradient is wrong below zero, and uninstall() restores its kernel', async () => {
  await tf.setBackend('wasm');
  const stock = tf.getKernel('MaxPoolGrad', 'wasm');
  const flow = () =>
    tf.tidy(() => [
      ...tf
        .grad((x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'))(tf.tensor4d([-2, -1, -4, -3], [1, 2, 2, 1]))
        .dataSync(),
    ]);
  expect(flow()).not.toEqual([0, 1, 0, 0]);
  install();
  expect(flow()).toEqual([0, 1, 0, 0]);
  uninstall();
  expect(tf.getKernel('MaxPoolGrad', 'wasm')).toBe(stock);
});

it('takes an empty batch and leaks nothing', async () => {
  await tf.setBackend('wasm');
  install();
  const run = (shape: Shape) =>
    tf.tidy(() => tf.grad((x) => tf.maxPool(x as tf.Tensor4D, 2, 1, 'same'))(tf.ones(shape)).shape);
  expect(run([0, 3, 3, 2])).toEqual([0, 3, 3, 2]);
  const before = [tf.memory().numTensors, tf.backend().numDataIds()];
  for (let i = 0; i < 5; i++) run([2, 3, 3, 2]);
  expect([tf.memory().numTensors, tf.backend().numDataIds()]).toEqual(before);
});
