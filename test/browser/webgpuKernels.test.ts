import type {Tensor, Tensor4D} from '@tensorflow/tfjs';
import type {Page} from 'playwright-core';
import type {Conv2DAttributes, Conv2DRequest} from '../../src/index.js';
import {openPage} from './openPage.js';

type Passes = {y: number[]; dx: number[]; dFilter: number[]};
type Case = Conv2DAttributes & Pick<Conv2DRequest, 'xShape' | 'filterShape'>;
interface Backend {
  pipelineCache: Record<string, unknown>;
  device: GPUDevice;
  numDataIds(): number;
  bufferManager: {numBytesUsed: number};
}
interface GPUDevice {
  destroy(): void;
  lost: Promise<unknown>;
  limits: {maxStorageBufferBindingSize: number};
  pushErrorScope(filter: 'validation'): void;
  popErrorScope(): Promise<{message: string} | null>;
}
/** What the tests share inside the page. */
interface Helpers {
  /** All three passes by convgrad's kernels, and by the definition on cpu, on whole numbers that depend on the seed. */
  both(problem: Case, seed: number): Promise<{got: Passes; want: Passes}>;
  backend(): Backend;
  /** Pipelines of convgrad's that were ever compiled. */
  pipelines(): number;
}
declare const helpers: Helpers;

const cases: Record<string, Case> = {
  'odd sizes': {xShape: [2, 5, 7, 3], filterShape: [3, 3, 3, 5], strides: 1, pad: 'same'},
  'channels by fours': {xShape: [1, 6, 8, 12], filterShape: [3, 2, 12, 20], strides: 1, pad: 'valid'},
  'one element': {xShape: [1, 1, 1, 1], filterShape: [1, 1, 1, 1], strides: 1, pad: 'valid'},
  'stride over the filter': {xShape: [2, 9, 8, 4], filterShape: [2, 1, 4, 8], strides: [4, 3], pad: 'valid'},
  'stride and dilation': {
    xShape: [1, 11, 9, 2],
    filterShape: [3, 4, 2, 3],
    strides: [2, 3],
    dilations: [3, 2],
    pad: 'same',
  },
  'common factor': {xShape: [1, 12, 13, 1], filterShape: [4, 3, 1, 2], strides: [4, 2], dilations: [2, 2], pad: 3},
  'past the padding': {
    xShape: [1, 6, 7, 2],
    filterShape: [2, 3, 2, 2],
    strides: [3, 4],
    pad: 1,
    dimRoundingMode: 'ceil',
  },
  'windows in padding': {xShape: [1, 2, 2, 2], filterShape: [2, 2, 2, 2], strides: 1, pad: 4},
  'a stride beyond the image': {xShape: [2, 3, 2, 8], filterShape: [1, 1, 8, 8], strides: [5, 7], pad: 'valid'},
  'tiles, an odd image and odd pads': {
    xShape: [2, 9, 13, 16],
    filterShape: [3, 3, 16, 20],
    strides: 1,
    pad: [
      [0, 0],
      [4, 0],
      [0, 5],
      [0, 0],
    ],
  },
  'tiles, with slices of channels and of tiles': {
    xShape: [1, 14, 11, 36],
    filterShape: [3, 3, 36, 20],
    strides: 1,
    pad: 'same',
  },
  'more than 65535 workgroups': {xShape: [3, 1024, 700, 1], filterShape: [1, 1, 1, 1], strides: 1, pad: 'valid'},
};

describe('the kernels of the webgpu backend', () => {
  let page: Page;

  beforeAll(async () => {
    page = await openPage();
    await page.evaluate(async () => {
      const {tf, conv2d, conv2dBackward, install} = convgrad;
      await tf.setBackend('webgpu');
      const values = (shape: readonly number[], seed: number) =>
        Float32Array.from({length: tf.util.sizeFromShape([...shape])}, (_, i) => ((i * i + seed * i + seed) % 9) - 4);
      const passes = async (problem: Case, seed: number): Promise<Passes> => {
        const shape = tf.tidy(
          () =>
            conv2d({...problem, x: tf.zeros([...problem.xShape]), filter: tf.zeros([...problem.filterShape])} as never)
              .shape,
        );
        const [x, filter, dy] = [problem.xShape, problem.filterShape, shape].map((shape, i) =>
          tf.tensor(values(shape, seed + i), [...shape]),
        );
        const all = {...problem, x, filter, dy} as never;
        const {dx, dFilter, dBias} = conv2dBackward(all);
        const y = conv2d(all);
        const [yValues, dxValues, dFilterValues] = await Promise.all(
          [y, dx, dFilter].map(async (t) => [...(await t.data())]),
        );
        tf.dispose([x!, filter!, dy!, dx, dFilter, dBias, y]);
        return {y: yValues!, dx: dxValues!, dFilter: dFilterValues!};
      };
      const made: Helpers = {
        async both(problem, seed) {
          const got = await passes(problem, seed);
          await tf.setBackend('cpu');
          install({algorithm: 'direct'});
          const want = await passes(problem, seed);
          convgrad.uninstall();
          await tf.setBackend('webgpu');
          return {got, want};
        },
        backend: () => tf.backend() as unknown as Backend,
        pipelines: () => Object.keys(made.backend().pipelineCache).filter((key) => key.startsWith('convgrad')).length,
      };
      Object.assign(globalThis, {helpers: made});
    });
  });

  test.each(Object.keys(cases).map((name, i): [string, number] => [name, i]))(
    'equal the definition on whole numbers, and compile without a complaint: %s',
    async (name, seed) => {
      const {differ, complaint, count} = await page.evaluate(
        async ([problem, seed]) => {
          const {device} = helpers.backend();
          // A shader that does not compile leaves in the result what its buffer held before, which may be right.
          device.pushErrorScope('validation');
          const {got, want} = await helpers.both(problem, seed);
          const error = await device.popErrorScope();
          const outputs = ['y', 'dx', 'dFilter'] as const;
          return {
            differ: outputs.filter(
              (output) =>
                got[output].length !== want[output].length || got[output].some((value, i) => value !== want[output][i]),
            ),
            count: got.y.length,
            complaint: error?.message,
          };
        },
        [cases[name]!, seed] as const,
      );
      expect({differ, complaint}).toEqual({differ: [], complaint: undefined});
      expect(count).toBeGreaterThan(0);
    },
    60_000,
  );

  test('compile nothing for new sizes, strides, pads and dilations', async () => {
    const counts = await page.evaluate(async () => {
      const count: number[] = [];
      for (const [size, batch, strides, dilations] of [
        [6, 1, 1, 1],
        [9, 3, 2, 1],
        [12, 1, 1, 2],
        [15, 2, 3, 2],
        [1, 2, 1, 1],
      ] as const) {
        for (const C of [8, 24]) {
          const xShape = [batch, size, size + 1, C];
          const problem: Case = {xShape, filterShape: [2, 2, C, 12], strides, dilations, pad: 'same'};
          await helpers.both(problem, size);
          count.push(helpers.pipelines());
        }
      }
      return count;
    });
    expect(counts[0]).toBeGreaterThan(0);
    expect(new Set(counts).size).toBe(1);
  });

  test('compile nothing for new sizes and pads in tiles', async () => {
    const counts = await page.evaluate(async () => {
      const count: number[] = [];
      for (const [size, batch, pad] of [
        [9, 2, 1],
        [14, 1, 'same'],
        [12, 3, 'valid'],
      ] as const) {
        for (const C of [16, 36]) {
          await helpers.both({xShape: [batch, size, size + 1, C], filterShape: [3, 3, C, 20], strides: 1, pad}, size);
          count.push(helpers.pipelines());
        }
      }
      return count;
    });
    expect(counts[0]).toBeGreaterThan(0);
    expect(new Set(counts).size).toBe(1);
  });

  test.each([8, 16])('leave nothing behind after 300 runs, %i channels', async (channels) => {
    const [early, late] = await page.evaluate(async (channels) => {
      const {tf, conv2d, conv2dBackward} = convgrad;
      const x: Tensor4D = tf.ones([1, 9, 9, channels]);
      const filter: Tensor4D = tf.ones([3, 3, channels, channels]);
      const held: number[][] = [];
      for (let run = 1; run <= 300; run++) {
        const results: Tensor[] = tf.tidy(() => {
          const y = conv2d({x, filter, strides: 1, pad: 'same'});
          const {dx, dFilter, dBias} = conv2dBackward({x, filter, dy: y, strides: 1, pad: 'same'});
          return [y, dx, dFilter, dBias];
        });
        if (run === 10 || run === 300) {
          await Promise.all(results.map((result) => result.data()));
          const {bufferManager} = helpers.backend();
          held.push([tf.memory().numTensors, helpers.backend().numDataIds(), bufferManager.numBytesUsed]);
        }
        tf.dispose(results);
      }
      return held;
    }, channels);
    expect(late).toEqual(early);
  });

  test.each([
    ['gather by fours', {xShape: [1, 5, 6, 8], filterShape: [2, 2, 8, 12], strides: 1, pad: 'same'}],
    ['gather one by one', {xShape: [2, 5, 6, 3], filterShape: [2, 2, 3, 5], strides: 1, pad: 'same'}],
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
    'add bias and apply activations without another pass over the result: %s',
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
    60_000,
  );

  test('let one infinite weight reach its true terms, and no other channel', async () => {
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

  test('say which buffer is too large for the device, and leave nothing behind', async () => {
    const {message, before, after} = await page.evaluate(async () => {
      const {tf, conv2d} = convgrad;
      const {device} = helpers.backend();
      const most = device.limits.maxStorageBufferBindingSize;
      const side = Math.ceil(Math.sqrt(most / 4 / 512));
      const x: Tensor4D = tf.ones([1, side, side, 1]);
      const filter: Tensor4D = tf.ones([1, 1, 1, 513]);
      const before = helpers.backend().numDataIds();
      try {
        conv2d(x, filter, 1, 'valid');
        return {message: 'none', before, after: 0};
      } catch (error) {
        return {
          message: (error as Error).message.replace(/\d{4,}/g, 'N'),
          before,
          after: helpers.backend().numDataIds(),
        };
      }
    });
    expect(message).toMatch(
      /^conv2d: this convolution needs a buffer of N bytes, \[.*\] in float32, and the webgpu device takes N; use a smaller batch or image\.$/,
    );
    expect(after).toBe(before);
  });
});

test('a lost device is told, and another one serves after the next install()', async () => {
  const page = await openPage();
  const {message, values} = await page.evaluate(async () => {
    const {tf, conv2d, install, uninstall} = convgrad;
    await tf.setBackend('webgpu');
    const factory = tf.findBackendFactory('webgpu');
    const convolve = () => conv2d(tf.ones([1, 2, 2, 1]) as Tensor4D, tf.ones([2, 2, 1, 1]) as Tensor4D, 1, 'valid');
    install();
    await convolve().data();
    const {device} = tf.backend() as unknown as Backend;
    device.destroy();
    await device.lost;
    const message = await Promise.resolve()
      .then(convolve)
      .then(
        () => 'none',
        (error: Error) => error.message,
      );
    uninstall();
    tf.removeBackend('webgpu');
    tf.registerBackend('webgpu', factory, 3);
    await tf.setBackend('webgpu');
    install();
    const values = [...(await convolve().data())];
    uninstall();
    return {message, values};
  });
  expect(message).toMatch(/^conv2d: the device of the webgpu backend is lost \(.+\), and its tensors with it; /);
  expect(values).toEqual([4]);
}, 60_000);
