import type {Tensor, Tensor4D} from '@tensorflow/tfjs';
import type {Page} from 'playwright-core';
import {type Helpers, openWebglPage, type Upload} from './webglPage.js';

declare const helpers: Helpers;

/** Rows of taps at once, and tap by tap. */
const problems: readonly string[] = [
  'ih1iw1ic1oc1kh1kw1',
  'mb2ih5iw7ic3oc5kh3kw3-same',
  'mb2ih6iw8ic4oc6kh2kw2',
  'ih9iw7ic9oc1kh3kw3-pt2pb0pl1pr0',
  'mb2ih7iw6ic6oc7kh1kw3-p1',
  'mb3ih7iw11ic1oc6kh5kw5-same',
  'ih9iw12ic1oc5kh3kw8-pt1pb0pl7pr2',
  'mb2ih6iw9ic10oc3kh4kw1-pt0pb3pl0pr0',
  'ih11iw9ic5oc3kh3kw4dh2dw3-pt4pb1pl3pr0',
  'ih2iw2ic2oc2kh2kw2-p4',
  'ih3iw4ic3oc2kh2kw3-p5',
  'mb2ih17iw15ic33oc21kh3kw3-same',
  'mb2ih9iw8ic7oc6kh2kw7-same',
  'mb2ih7iw9ic7oc1kh2kw5-same',
  'ih12iw9ic1oc7kh3kw7-same',
  'mb2ih9iw9ic2oc1kh3kw2',
  'mb3ih9iw9ic1oc3kh2kw6-p3',
];
/** Strided problems, whose dX it does not serve. */
const strided: readonly string[] = [
  'mb2ih9iw9ic6oc5kh3kw3sh2sw2-same',
  'ih11iw9ic5oc3kh3kw4sh3sw2dh2dw1-pt4pb1pl3pr0',
  'ih6iw7ic2oc2kh2kw3sh3sw2-p1-ceil',
  'mb2ih12iw13ic7oc4kh2kw2sh1sw3',
  'ih5iw5ic4oc4kh5kw7sh2sw5-p4',
  'mb2ih13iw11ic6oc1kh3kw6sh3sw2-same',
  'mb2ih13iw11ic5oc1kh3kw2sh2sw3dh2dw2-p1',
];

describe('the dense passes of channelPackedDirect', () => {
  let page: Page;

  beforeAll(async () => {
    page = await openWebglPage();
  });

  const run = (problem: string, upload: Upload) =>
    page.evaluate(([problem, upload]) => helpers.wrong(problem, upload, 'channelPackedDirect'), [
      problem,
      upload,
    ] as const);

  // Must run first, because the other tests compile the same programs.
  test('compile nothing for a new batch or size', async () => {
    const counts = await page.evaluate(() =>
      ['ic8oc8kh2kw3-same', 'ic8oc8kh2kw5-same', 'ic3oc8kh3kw3', 'ic6oc10kh3kw3sh2sw2-same'].map((rest) =>
        ['mb2ih6iw7', 'mb5ih6iw7', 'mb7ih19iw12', 'mb64ih31iw5'].map((size) => {
          const before = helpers.programs(/windowAt/);
          const exact = helpers.wrong(size + rest, 'fresh', 'channelPackedDirect').every(({first}) => first === -1);
          return [exact, helpers.programs(/windowAt/) - before];
        }),
      ),
    );
    for (const [first, ...others] of counts) {
      expect(first).toEqual([true, expect.any(Number)]);
      expect(first![1]).toBeGreaterThan(0);
      expect(others).toEqual(Array.from({length: 3}, () => [true, 0]));
    }
  });

  test.each(problems)('serve forward and dX exactly: %s', async (problem) => {
    const [y, dx] = await run(problem, 'fresh');
    expect(y).toEqual({pass: 'forward', first: -1, served: 'channelPackedDirect'});
    expect(dx).toEqual({pass: 'backpropInput', first: -1, served: 'channelPackedDirect'});
  });

  test.each(strided)('serve forward only, and every result is exact: %s', async (problem) => {
    const [y, dx] = await run(problem, 'fresh');
    expect(y).toEqual({pass: 'forward', first: -1, served: 'channelPackedDirect'});
    expect(dx!.first).toBe(-1);
    expect(dx!.served).not.toBe('channelPackedDirect');
  });

  test.each([problems[1]!, problems[6]!, problems[8]!, strided[0]!])(
    'read texels from any texture layout: %s',
    async (problem) => {
      for (const upload of ['fresh', 'unpacked', 'reshaped'] as const) {
        const [y, dx] = await run(problem, upload);
        expect([y!.first, dx!.first]).toEqual([-1, -1]);
      }
    },
  );

  test('read a filter whose rows differ from the rows of its texture', async () => {
    const [y, dx] = await run('ih2iw2ic7oc3kh70kw70-p69', 'fresh');
    expect([y!.first, dx!.first]).toEqual([-1, -1]);
    expect([y!.served, dx!.served]).toEqual(['channelPackedDirect', 'channelPackedDirect']);
  });

  test.each([
    'mb90ih11iw17ic3oc5kh3kw3-same', // 8,910 rows of texels, two side by side
    'mb200ih11iw17ic2oc11kh3kw2-same', // 19,800 of them, three
    'mb401ih9iw8ic1oc1kh3kw3-same', // 14,436 of one
  ])('place rows of texels side by side where a texture would be too high: %s', async (problem) => {
    const [y, dx] = await run(problem, 'fresh');
    expect(y).toEqual({pass: 'forward', first: -1, served: 'channelPackedDirect'});
    expect(dx).toEqual({pass: 'backpropInput', first: -1, served: 'channelPackedDirect'});
  });

  test('give such a result to other operations unharmed', async () => {
    const {got, want, calls} = await page.evaluate(async () => {
      const {tf} = convgrad;
      const compute = () =>
        tf.tidy(() => {
          const integers = (shape: number[], seed: number) =>
            tf.round(tf.randomUniform(shape, -4, 4, 'float32', seed)) as never;
          const first: Tensor4D = convgrad.conv2d(integers([150, 9, 13, 2], 1), integers([3, 3, 2, 5], 2), 1, 'same');
          const second = convgrad.conv2d(first, integers([1, 1, 5, 3], 3), 1, 'same');
          const read = [first, second, tf.relu(first), first.slice([140, 1, 2, 1], [9, 7, 10, 3]), first.sum(0)];
          // + 0 makes 0 of −0.
          return read.map((y: Tensor) => Array.from(y.dataSync(), (value) => value + 0));
        });
      return helpers.beside(compute, 'channelPackedDirect');
    });
    expect(got).toEqual(want);
    expect(calls).toEqual(['channelPackedDirect forward 2']);
  });

  test.each(['relu', 'relu6', 'leakyrelu', 'prelu', 'linear'] as const)(
    'apply the bias and %s in the same shader',
    async (activation) => {
      const {got, want, calls} = await page.evaluate(async (activation) => {
        const {tf} = convgrad;
        const compute = () =>
          tf.tidy(() => {
            const integers = (shape: number[], seed: number): never =>
              tf.round(tf.randomUniform(shape, -4, 4, 'float32', seed)) as never;
            const slopes = activation === 'prelu' ? {preluActivationWeights: integers([1, 1, 7], 3)} : {};
            const all = {x: integers([2, 5, 6, 5], 1), bias: integers([7], 2), filter: integers([3, 2, 5, 7], 4)};
            const y: Tensor = tf.fused.conv2d({
              ...{...all, ...slopes, activation, leakyreluAlpha: 0.5},
              ...{strides: [1, 2], pad: 'same'},
            });
            // + 0 makes 0 of −0.
            return Array.from(y.dataSync(), (value) => value + 0);
          });
        return helpers.beside(compute, 'channelPackedDirect');
      }, activation);
      expect(got).toEqual(want);
      expect(calls).toEqual(['channelPackedDirect forward 1']);
    },
  );

  test('ignore the lanes past an odd number of channels', async () => {
    const values = await page.evaluate(() => {
      const {tf, install, uninstall} = convgrad;
      const installation = install({backends: ['webgl'], algorithm: 'channelPackedDirect'});
      const values = tf.tidy(() => {
        // The lanes past an odd number of channels are 1 / 0.
        const ones = (shape: [number, number, number, number]): Tensor4D => tf.div(tf.scalar(1), tf.ones(shape));
        return [1, 3, 5, 6].map((channels) => {
          const [x, filter] = [ones([1, 3, 3, channels]), ones([3, 3, channels, 3])];
          return tf.conv2d(x, filter, 1, 'valid').dataSync()[0];
        });
      });
      const {calls} = installation.report();
      uninstall();
      return [values, calls.map(({algorithm}) => algorithm)];
    });
    expect(values).toEqual([[9, 27, 45, 54], ['channelPackedDirect']]);
  });

  test('leak nothing', async () => {
    const held = await page.evaluate(() =>
      [1, 50].map((runs) => helpers.heldAfter(runs, 'mb2ih5iw7ic5oc5kh3kw3-same', 'channelPackedDirect')),
    );
    expect(held[1]).toEqual(held[0]);
  });
});
