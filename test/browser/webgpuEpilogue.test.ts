import type {Tensor4D} from '@tensorflow/tfjs';
import type {Page} from 'playwright-core';
import type {Case} from './gpuCases.js';
import {type Helpers, openWebgpuPage} from './webgpuPage.js';

declare const helpers: Helpers;

describe('convolutions on webgpu', () => {
  let page: Page;

  beforeAll(async () => {
    page = await openWebgpuPage();
  });

  test.each([
    ['implicitGemm by fours', {xShape: [1, 5, 6, 8], filterShape: [2, 2, 8, 12], strides: 1, pad: 'same'}],
    ['implicitGemm one by one', {xShape: [2, 5, 6, 3], filterShape: [2, 2, 3, 5], strides: 1, pad: 'same'}],
    ['slices', {xShape: [1, 2, 3, 80], filterShape: [2, 2, 80, 6], strides: 1, pad: 'same'}],
    ['winograd', {xShape: [1, 9, 9, 16], filterShape: [3, 3, 16, 20], strides: 1, pad: 'same'}],
    ['direct', {xShape: [1, 5, 6, 4], filterShape: [2, 2, 4, 8], strides: 1, pad: 'same'}, 'direct'],
    ['depthwise', {xShape: [1, 5, 6, 8], filterShape: [2, 2, 8, 1], strides: 1, pad: 'same'}, 'auto', 'depthwise'],
    [
      'depthwise direct',
      {xShape: [1, 5, 6, 3], filterShape: [2, 2, 3, 2], strides: 1, pad: 'same'},
      'auto',
      'depthwise',
    ],
  ] as [string, Case, string?, string?][])(
    'apply bias and activation in the kernel itself: %s',
    async (_, problem, algorithm = 'auto', kind = 'dense') => {
      const found = await page.evaluate(
        async ([problem, algorithm, kind]) => {
          const {tf, install} = convgrad;
          const conv2d = kind === 'dense' ? tf.fused.conv2d : tf.fused.depthwiseConv2d;
          const names = () => Object.keys(helpers.backend().pipelineCache);
          const values = (shape: readonly number[], seed: number) =>
            tf.tensor(
              Float32Array.from({length: tf.util.sizeFromShape([...shape])}, (_, i) => ((i * i + seed * i) % 7) - 3),
              [...shape],
            );
          const F = kind === 'dense' ? problem.filterShape[3]! : problem.filterShape[2]! * problem.filterShape[3]!;
          const run = async () => {
            const all = {...problem, x: values(problem.xShape, 1), filter: values(problem.filterShape, 2)};
            const beside = {bias: values([F], 3), preluActivationWeights: values([F], 4), leakyreluAlpha: 0.25};
            const results: number[][] = [];
            for (const activation of ['linear', 'relu', 'relu6', 'leakyrelu', 'prelu'] as const) {
              results.push([...(await conv2d({...all, ...beside, activation} as never).data())]);
            }
            results.push([...(await conv2d({...all, activation: 'relu'} as never).data())]);
            return results;
          };
          install({algorithm});
          await conv2d({
            ...problem,
            x: values(problem.xShape, 1),
            filter: values(problem.filterShape, 2),
          } as never).data();
          const before = names().filter((name) => !name.startsWith('convgrad'));
          const got = await run();
          const others = names().filter((name) => !name.startsWith('convgrad'));
          await tf.setBackend('cpu');
          install({algorithm: 'direct'});
          const want = await run();
          convgrad.uninstall();
          await tf.setBackend('webgpu');
          const wrong = want.flatMap((one, i) => one.filter((value, k) => value !== got[i]![k]));
          const fused = names().some((name) => /^convgrad .*, bias and prelu/.test(name));
          return {wrong, others: others.length - before.length, fused, sizes: want.map((one) => new Set(one).size > 1)};
        },
        [problem, algorithm, kind] as const,
      );
      expect(found).toEqual({wrong: [], others: 0, fused: true, sizes: Array(6).fill(true)});
    },
  );

  test('let an infinite weight reach its own terms and no other channel', async () => {
    const values = await page.evaluate(async () => {
      const {tf, conv2d} = convgrad;
      const weights = new Float32Array(9 * 8).fill(1);
      weights[0] = Number.POSITIVE_INFINITY; // the top left tap of channel 0
      const x: Tensor4D = tf.ones([1, 4, 4, 1]);
      const y = await conv2d({x, filter: tf.tensor4d(weights, [3, 3, 1, 8]), strides: 1, pad: 'same'}).array();
      return y[0]!
        .flat()
        .map(([first, ...rest]) => ({reached: !Number.isFinite(first), beyond: rest.some((v) => !Number.isFinite(v))}));
    });
    expect(values.filter(({beyond}) => beyond)).toEqual([]);
    expect([5, 6, 7, 9, 10, 11, 13, 14, 15].map((pixel) => values[pixel]!.reached)).not.toContain(false);
  });
});
