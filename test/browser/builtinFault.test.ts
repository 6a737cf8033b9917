import type {Tensor4D} from '@tensorflow/tfjs';
import type {Page} from 'playwright-core';
import {openPage} from './openPage.js';

describe('the known faults of the built-in on webgpu in NCHW', () => {
  let page: Page;

  beforeAll(async () => {
    page = await openPage();
    await page.evaluate(() => convgrad.tf.setBackend('webgpu'));
  });

  const images = [
    [28, 28],
    [28, 30],
    [12, 12],
  ];
  const filters = ['kh3kw3', 'kh1kw2', 'kh1kw1', 'kh3kw1'];
  const lines = images.flatMap(([h, w]) =>
    [1, 3, 4, 5, 8].flatMap((F) =>
      filters.flatMap((filter) => ['same', 'p1'].map((pad) => `ih${h}iw${w}ic1oc${F}${filter}-${pad}-nchw`)),
    ),
  );
  const more = [
    'ih28iw28ic4oc4kh3kw3-valid-nchw',
    'ih56iw56ic1oc4kh1kw1sh2sw2-same-nchw',
    'ih56iw56ic1oc8kh2kw1sh2sw1-same-nchw',
  ];

  test('cover exactly the forward passes that throw or are wrong', async () => {
    const found = await page.evaluate(
      async (lines) => {
        const {tf} = convgrad;
        const definition = convgrad.algorithms().find(({name}) => name === 'direct')!;
        const strange: string[] = [];
        const counts = {right: 0, wrong: 0, throws: 0};
        for (const line of lines) {
          const problem = convgrad.parseProblem(line);
          const info = convgrad.problemInfo(problem);
          const {strides, pad} = convgrad.problemAttributes(problem);
          const [x, filter] = [
            info.inHeight * info.inWidth * info.inChannels,
            info.filterHeight * info.filterWidth * info.inChannels * info.outChannels,
          ].map((count, seed) =>
            Float32Array.from({length: count}, (_, i) => ((i * i + seed * i + (i >> 4)) % 9) - 4),
          ) as [Float32Array, Float32Array];
          const want = new Float32Array(info.outHeight * info.outWidth * info.outChannels);
          definition.forward!(info, x, filter, want, undefined as never);
          let outcome: keyof typeof counts;
          try {
            const images = tf.transpose(
              tf.tensor4d(x, [1, info.inHeight, info.inWidth, info.inChannels]),
              [0, 3, 1, 2],
            );
            const weights = tf.tensor4d(filter, [
              info.filterHeight,
              info.filterWidth,
              info.inChannels,
              info.outChannels,
            ]);
            const y = tf.transpose(
              tf.conv2d(images as Tensor4D, weights, strides as [number, number], pad as 'same', 'NCHW'),
              [0, 2, 3, 1],
            );
            const got = await y.data();
            outcome = want.every((value, i) => value === got[i]) ? 'right' : 'wrong';
          } catch {
            outcome = 'throws';
          }
          counts[outcome]++;
          const {alone} = convgrad
            .explain(line, {backends: ['webgpu']})
            .backends[0]!.passes.find(({pass}) => pass === 'forward')!;
          const told = /throws/.test(alone) ? 'throws' : /no known fault/.test(alone) ? 'right' : 'wrong';
          // A numeric pad may be a fault too, and is reported first.
          const isTold = (told === 'right') === (outcome === 'right') && (told !== 'throws' || outcome === 'throws');
          if (!isTold) strange.push(`${line}: ${outcome}, told ${told}`);
        }
        return {strange, counts};
      },
      [...lines, ...more],
    );
    expect(found.strange).toEqual([]);
    expect(Math.min(...Object.values(found.counts))).toBeGreaterThan(9);
  });
});
