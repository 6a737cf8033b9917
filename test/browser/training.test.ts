import type {Optimizer, Scalar, Tensor4D, Variable} from '@tensorflow/tfjs';
import type {Page} from 'playwright-core';
import {openPage} from './openPage.js';

describe('training on webgl', () => {
  let page: Page;

  beforeAll(async () => {
    page = await openPage();
    await page.evaluate(() => convgrad.tf.setBackend('webgl'));
  });

  test('a thousand steps use no more tensors or GPU memory than ten', async () => {
    const {tenth, last, calls} = await page.evaluate(async () => {
      const {tf, install, uninstall} = convgrad;
      const installation = install({backends: ['webgl']});
      const filters: Variable[] = [
        [3, 3, 2, 4],
        [3, 3, 4, 3],
        [3, 3, 3, 2],
      ].map((shape) => tf.variable(tf.fill(shape, 0.1)));
      const optimizer: Optimizer = tf.train.sgd(1e-3);
      const step = () =>
        optimizer.minimize(() => {
          const [first, second, third] = filters as unknown as Tensor4D[];
          const x = tf.ones([1, 6, 6, 2]) as Tensor4D;
          const a = tf.conv2d(x, first, 1, 'same', 'NHWC', 2).relu() as Tensor4D;
          const b = tf.fused.conv2d({x: a, filter: second, strides: 2, pad: 'same', bias: tf.ones([3])});
          const c = tf.conv2d(tf.transpose(b, [0, 3, 1, 2]) as Tensor4D, third, 1, 'same', 'NCHW');
          return tf.mean(tf.square(c)) as Scalar;
        });
      const held = async () => {
        await filters[0]!.data(); // waits for the GPU
        const memory = tf.memory() as unknown as {
          numTensors: number;
          numBytesInGPU: number;
          numBytesInGPUAllocated: number;
        };
        return {
          tensors: memory.numTensors,
          data: tf.backend().numDataIds(),
          bytes: memory.numBytesInGPU,
          allocated: memory.numBytesInGPUAllocated,
        };
      };
      for (let i = 0; i < 10; i++) step();
      const atTenth = await held();
      for (let i = 10; i < 1000; i++) {
        step();
        if (i % 100 === 0) await held();
      }
      const atLast = await held();
      const served = installation.report().calls;
      uninstall();
      tf.dispose(filters);
      return {tenth: atTenth, last: atLast, calls: served};
    });
    expect(last).toEqual(tenth);
    for (const pass of ['forward', 'backpropInput', 'backpropFilter']) {
      // Summed over the algorithms.
      const served = calls.filter((row) => row.pass === pass).reduce((sum, {calls}) => sum + calls, 0);
      expect(served).toBeGreaterThanOrEqual(2000);
    }
  });

  test('second derivatives through dX and dFilter equal those of cpu on integers', async () => {
    const [cpu, webgl] = await page.evaluate(async () => {
      const {tf, conv2d} = convgrad;
      const results: number[][] = [];
      for (const backend of ['cpu', 'webgl']) {
        await tf.setBackend(backend);
        const integers = (shape: [number, number, number, number], seed: number) =>
          tf.round(tf.randomUniform(shape, -4, 4, 'float32', seed)) as Tensor4D;
        const x = integers([2, 7, 6, 3], 1);
        const filter = integers([3, 2, 3, 2], 2);
        const dFilterOf = (a: Tensor4D) =>
          tf.grad((w) => conv2d(a, w as Tensor4D, [2, 1], 'same', 'NHWC', [1, 2]))(filter);
        const dxOf = (w: Tensor4D) => tf.grad((a) => conv2d(a as Tensor4D, w, [2, 1], 'same', 'NHWC', [1, 2]))(x);
        const byX = tf.grad((a) => tf.sum(tf.square(dFilterOf(a as Tensor4D))))(x);
        const byFilter = tf.grad((w) => tf.sum(tf.square(dxOf(w as Tensor4D))))(filter);
        results.push([...(await byX.data()), ...(await byFilter.data())]);
      }
      return results;
    });
    expect(cpu!.some((value) => value !== 0)).toBe(true);
    expect(webgl).toEqual(cpu);
  });

  test('fused activations agree with those of tfjs', async () => {
    const differences = await page.evaluate(async () => {
      const {tf, install, uninstall} = convgrad;
      await tf.setBackend('webgl');
      const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'leakyrelu'] as const;
      const compute = async (activation: (typeof activations)[number], dataFormat: 'NHWC' | 'NCHW') => {
        const y = tf.tidy(() => {
          const image = tf.randomUniform([2, 6, 5, 3], -1, 1, 'float32', 1) as Tensor4D;
          return tf.fused.conv2d({
            x: dataFormat === 'NHWC' ? image : (tf.transpose(image, [0, 3, 1, 2]) as Tensor4D),
            filter: tf.randomUniform([3, 2, 3, 4], -1, 1, 'float32', 2) as Tensor4D,
            strides: 1,
            pad: 'valid',
            dataFormat,
            bias: tf.randomUniform([4], -1, 1, 'float32', 3),
            activation,
            leakyreluAlpha: 0.3,
            ...(activation === 'prelu' ? {preluActivationWeights: tf.randomUniform([4], -1, 1, 'float32', 4)} : {}),
          });
        });
        return y.data();
      };
      const worst: [string, number][] = [];
      for (const dataFormat of ['NHWC', 'NCHW'] as const) {
        for (const activation of activations) {
          const want = await compute(activation, dataFormat);
          install({backends: ['webgl']});
          const got = await compute(activation, dataFormat);
          uninstall();
          worst.push([`${activation} ${dataFormat}`, Math.max(...got.map((value, i) => Math.abs(value - want[i]!)))]);
        }
      }
      return worst;
    });
    expect(differences).toHaveLength(14);
    for (const [name, difference] of differences)
      expect({name, close: difference < 2 ** -18}).toEqual({name, close: true});
  });
});
