import type {Tensor, Tensor4D} from '@tensorflow/tfjs';
import type {Page} from 'playwright-core';
import {type Case, gpuCases} from './gpuCases.js';
import {openPage} from './openPage.js';

type Passes = {y: number[]; dx: number[]; dFilter: number[]};
/** What the tests share inside the page. */
type Helpers = {
  shapesOf(problem: Case): {x: number[]; filter: number[]; dy: number[]};
  values(count: number, seed: number): Float32Array;
  kernels(problem: Case, x: Tensor, filter: Tensor, dy: Tensor): Passes;
  definition(problem: Case, x: Float32Array, filter: Float32Array, dy: Float32Array): Passes;
  programs(): number;
};
declare const helpers: Helpers;

const cases: Record<string, Case> = {
  ...gpuCases,
  'odd sizes': {xShape: [2, 5, 7, 3], filterShape: [3, 3, 3, 5], strides: 1, pad: 'same'},
  'even sizes': {xShape: [1, 6, 8, 4], filterShape: [3, 2, 4, 2], strides: 1, pad: 'valid'},
  'stride over the filter': {xShape: [2, 9, 8, 3], filterShape: [2, 1, 3, 2], strides: [4, 3], pad: 'valid'},
  'uneven pads': {
    xShape: [1, 4, 5, 2],
    filterShape: [3, 3, 2, 3],
    strides: 2,
    pad: [
      [0, 0],
      [0, 4],
      [3, 1],
      [0, 0],
    ],
  },
  'a row of 7 taps': {xShape: [2, 6, 9, 5], filterShape: [2, 7, 5, 3], strides: [2, 1], pad: 'same'},
  'a row of 4 taps, all of the padding on one side': {
    xShape: [1, 3, 6, 9],
    filterShape: [3, 4, 9, 2],
    strides: 1,
    pad: [
      [0, 0],
      [2, 0],
      [3, 0],
      [0, 0],
    ],
  },
  'four taps and one more, one channel': {xShape: [2, 7, 11, 1], filterShape: [3, 5, 1, 6], strides: 1, pad: 'same'},
  'taps apart, one channel': {
    xShape: [1, 9, 11, 1],
    filterShape: [2, 3, 1, 5],
    strides: [1, 2],
    dilations: [2, 3],
    pad: 2,
  },
  'many channel blocks': {xShape: [2, 9, 13, 11], filterShape: [3, 2, 11, 9], strides: [1, 2], pad: 'same'},
  'strides apart': {xShape: [1, 8, 17, 6], filterShape: [2, 4, 6, 5], strides: [3, 3], dilations: [2, 1], pad: 'same'},
  'squarish texture': {xShape: [3, 75, 151, 1], filterShape: [2, 2, 1, 1], strides: 2, dilations: 3, pad: 'same'},
};

describe('the kernels of the webgl backend', () => {
  let page: Page;

  beforeAll(async () => {
    page = await openPage();
    await page.evaluate(async () => {
      const {tf, conv2d, conv2dBackward, conv2dInfo, algorithms} = convgrad;
      await tf.setBackend('webgl');
      const direct = algorithms().find(({name}) => name === 'direct')!;
      const {gl} = (tf.backend() as unknown as {gpgpu: {gl: WebGL2RenderingContext}}).gpgpu;
      const sources: string[] = [];
      const original = gl.shaderSource.bind(gl);
      gl.shaderSource = (shader, text) => {
        sources.push(text);
        original(shader, text);
      };
      const infoOf = (problem: Case) => conv2dInfo('test', problem);
      const made: Helpers = {
        shapesOf(problem) {
          const info = infoOf(problem);
          const dy = [info.batch, info.outHeight, info.outWidth, info.outChannels];
          return {x: [...problem.xShape], filter: [...problem.filterShape], dy};
        },
        values: (count, seed) => Float32Array.from({length: count}, (_, i) => ((i * i + seed * i) % 9) - 4),
        kernels: ({xShape: _, filterShape: __, ...attributes}, x, filter, dy) =>
          tf.tidy(() => {
            const both = {...attributes, x: x as never, filter: filter as never};
            const {dx, dFilter} = conv2dBackward({...both, dy: dy as never});
            const list = (tensor: Tensor) => Array.from(tensor.dataSync());
            return {y: list(conv2d(both)), dx: list(dx), dFilter: list(dFilter)};
          }),
        definition(problem, x, filter, dy) {
          const [y, dx, dFilter] = [dy, x, filter].map(({length}) => new Float32Array(length));
          const noEngine = undefined as never; // the definition is plain loops
          direct.forward!(infoOf(problem), x, filter, y!, noEngine);
          direct.backpropInput!(infoOf(problem), dy, filter, dx!, noEngine);
          direct.backpropFilter!(infoOf(problem), x, dy, dFilter!, noEngine);
          return {y: Array.from(y!), dx: Array.from(dx!), dFilter: Array.from(dFilter!)};
        },
        programs: () => sources.filter((text) => text.includes('stepsInside') || text.includes('beginOf')).length,
      };
      Object.assign(globalThis, {helpers: made});
    });
  });

  const algorithms = ['channelPacked', 'direct'];
  const each = algorithms.flatMap((algorithm) => Object.keys(cases).map((name) => [algorithm, name] as const));

  test.each(each)('with %s equal the definition on integers: %s', async (algorithm, name) => {
    const {got, want, served} = await page.evaluate(
      ([problem, algorithm]) => {
        const {tf, install, uninstall} = convgrad;
        const installation = install({backends: ['webgl'], algorithm});
        const {x, filter, dy} = helpers.shapesOf(problem);
        const data = [x, filter, dy].map((shape, seed) => helpers.values(tf.util.sizeFromShape(shape), seed));
        const tensors = [x, filter, dy].map((shape, index) => tf.tensor(data[index]!.slice(), shape));
        const got = helpers.kernels(problem, tensors[0]!, tensors[1]!, tensors[2]!);
        tf.dispose(tensors);
        const served = installation.report().calls.map((row) => row.algorithm);
        uninstall();
        return {got, want: helpers.definition(problem, data[0]!, data[1]!, data[2]!), served};
      },
      [cases[name]!, algorithm] as const,
    );
    expect(new Set(served)).toEqual(new Set([algorithm]));
    for (const output of ['y', 'dx', 'dFilter'] as const) {
      expect(got[output].length).toBe(want[output].length);
      // Not toEqual, which tells -0 from 0.
      expect(got[output].findIndex((value, index) => value !== want[output][index])).toBe(-1);
    }
  });

  test('ignore the padding lanes, where the built-in returns 4 for 1 + 1 + 1', async () => {
    const [ours, ourDx, builtIn] = await page.evaluate(() => {
      const {tf, conv2d, conv2dBackward} = convgrad;
      return tf.tidy(() => {
        // Adding 1 on the GPU also adds it to the lanes past the third channel.
        const ones = (shape: [number, number, number, number]) =>
          tf
            .matMul(tf.zeros([shape[2], 3]), tf.zeros([3, 3]))
            .reshape(shape)
            .add(1) as Tensor4D;
        const [x, filter, dy] = [ones([1, 1, 3, 3]), ones([1, 1, 3, 3]), ones([1, 1, 3, 3])];
        const attributes = {strides: 1, pad: 'valid'} as const;
        const results: Tensor[] = [
          conv2d({x, filter, ...attributes}),
          conv2dBackward({x, filter, dy, ...attributes}).dx,
          tf.conv2d(x, filter, 1, 'valid'),
        ];
        return results.map((result) => result.dataSync()[0]);
      });
    });
    expect({ours, ourDx, builtIn}).toEqual({ours: 3, ourDx: 3, builtIn: 4});
  });

  test('let an infinite weight reach only its own terms with direct', async () => {
    const values = await page.evaluate(() => {
      const {tf, install, uninstall, conv2d} = convgrad;
      install({algorithm: 'direct'});
      const filter = tf.tensor4d([Infinity, 1, 1, 1, 1, 1, 1, 1, 1], [3, 3, 1, 1]);
      const x: Tensor4D = tf.ones([1, 4, 4, 1]);
      const values = Array.from(conv2d({x, filter, strides: 1, pad: 'same'}).dataSync());
      uninstall();
      return values;
    });
    // The top left tap lies in the padding for the first row and the first column.
    const rest = [6, Infinity, Infinity, Infinity];
    expect(values).toEqual([4, 6, 6, 4, ...rest, ...rest, 4, Infinity, Infinity, Infinity]);
  });

  test.each(algorithms)(
    'with %s compile nothing for new batches, sizes, strides, pads and dilations',
    async (algorithm) => {
      const programs = await page.evaluate((algorithm) => {
        const {tf, install, uninstall} = convgrad;
        install({backends: ['webgl'], algorithm});
        const count: number[] = [];
        for (const [batch, size, channels, strides, dilations] of [
          [2, 6, 6, 1, 1],
          [2, 9, 8, 2, 1],
          [3, 12, 7, 1, 2],
          // From here on only sizes and steps are new, not the kind of layout.
          [5, 15, 12, 3, 2],
          [8, 31, 5, 1, 1],
          [7, 10, 9, 1, 3],
          [4, 40, 17, 4, 1],
        ] as const) {
          const xShape = [batch, size, size + 1, channels];
          const problem: Case = {xShape, filterShape: [3, 2, channels, channels + 1], strides, dilations, pad: 'same'};
          const {x, filter, dy} = helpers.shapesOf(problem);
          tf.tidy(() => helpers.kernels(problem, tf.ones(x), tf.ones(filter), tf.ones(dy)));
          count.push(helpers.programs());
        }
        uninstall();
        return count;
      }, algorithm);
      expect(programs[0]).toBeGreaterThan(0);
      expect(programs.slice(3)).toEqual(programs.slice(3).map(() => programs[2]));
    },
  );

  test('delegate 1 × 1 layers to the built-in only if it is right and faster', async () => {
    const served = await page.evaluate(() => {
      const {tf, install, uninstall} = convgrad;
      const run = (xShape: number[], outChannels: number, strides: number) => {
        const problem: Case = {xShape, filterShape: [1, 1, xShape[3]!, outChannels], strides, pad: 'valid'};
        const {x, filter, dy} = helpers.shapesOf(problem);
        const data = [x, filter, dy].map((shape, seed) => helpers.values(tf.util.sizeFromShape(shape), seed));
        const tensors = [x, filter, dy].map((shape, index) => tf.tensor(data[index]!.slice(), shape));
        const installation = install({backends: ['webgl']});
        const {y} = helpers.kernels(problem, tensors[0]!, tensors[1]!, tensors[2]!);
        const {calls, builtin} = installation.report();
        uninstall();
        tf.dispose(tensors);
        const want = helpers.definition(problem, data[0]!, data[1]!, data[2]!).y;
        const wrong = y.findIndex((value, i) => value !== want[i]);
        return [wrong, builtin.map((row) => row.pass), calls.map((row) => row.pass).sort()];
      };
      return [
        run([2, 5, 6, 32], 2, 1),
        run([1, 28, 28, 128], 32, 1),
        run([1, 4, 4, 3], 2, 1),
        run([1, 5, 5, 4], 2, 1),
        run([1, 6, 6, 4], 2, 2),
      ];
    });
    const gradients = ['backpropFilter', 'backpropInput'];
    const ours = [-1, [], [...gradients, 'forward']];
    expect(served).toEqual([[-1, ['forward'], gradients], ours, ours, ours, ours]);
  });

  test('leak nothing in 1000 runs', async () => {
    const [early, late] = await page.evaluate(() => {
      const {tf, conv2d, conv2dBackward} = convgrad;
      const backend = tf.backend() as unknown as {numDataIds(): number; numBytesInGPU: number};
      const x: Tensor4D = tf.ones([1, 5, 5, 3]);
      const filter: Tensor4D = tf.ones([3, 3, 3, 2]);
      const dy: Tensor4D = tf.ones([1, 3, 3, 2]);
      const both = {x, filter, strides: 2, pad: 'same'} as const;
      const held: number[][] = [];
      for (let run = 1; run <= 1000; run++) {
        tf.tidy(() => {
          conv2d(both);
          conv2dBackward({...both, dy});
        });
        if (run === 10 || run === 1000)
          held.push([tf.memory().numTensors, backend.numDataIds(), backend.numBytesInGPU]);
      }
      return held;
    });
    expect(late).toEqual(early);
  });
});
