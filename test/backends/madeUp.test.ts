import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {explain, install, uninstall} from 'tfjs-convgrad';
import {bench} from 'tfjs-convgrad/bench';
import {isGood, verify} from 'tfjs-convgrad/verify';
import type {Backend} from '../../src/backends/backend.js';
import {addBackend} from '../../src/backends/index.js';
import {runDoctor} from '../../src/cli/doctor.js';
import {passes} from '../../src/geometry/pass.js';
import {run, snippets} from '../docs/snippets.js';

const folder = join(__dirname, '../../src/backends/toy');
const problem = 'mb2ih6iw5ic2oc3kh3kw2-same';
let remove: () => void;

/** The folder is CONTRIBUTING's, `addBackend` stands for the line in the list, and tfjs's cpu under another name is the backend. */
beforeAll(async () => {
  const [, snippet] = snippets('CONTRIBUTING.md', ['ts']);
  const {exported} = await run(snippet, (name) => require(join(folder, name.replace(/\.js$/, '.ts'))));
  remove = addBackend(exported['toy'] as Backend);
  await tf.setBackend('cpu');
  const Cpu = tf.backend().constructor as new () => ReturnType<typeof tf.backend>;
  tf.registerBackend('toy', () => Object.assign(new Cpu(), {firstUse: false}));
  tf.copyRegisteredKernels('cpu', 'toy');
});

afterEach(uninstall);
afterAll(async () => {
  remove();
  await tf.setBackend('cpu');
  tf.removeBackend('toy');
});

describe('a backend that is one folder and one line', () => {
  it('is served by install()', async () => {
    const installation = install();
    await tf.setBackend('toy');
    const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    const {value, grads} = tf.valueAndGrads((a, w) =>
      tf.conv2d(a as tf.Tensor4D, w as tf.Tensor4D, 1, 'valid', 'NHWC', 1),
    )([x, tf.tensor4d([1, 10, 100, 1000], [2, 2, 1, 1])], tf.ones([1, 1, 1, 1]));
    expect([...value.dataSync()]).toEqual([4321]);
    expect(grads.map((gradient) => [...gradient.dataSync()])).toEqual([
      [1, 10, 100, 1000],
      [1, 2, 3, 4],
    ]);
    expect(installation.report().calls).toEqual(
      passes.map((pass) => ({backend: 'toy', algorithm: 'direct', pass, calls: 1})),
    );
  });

  it('is explained', () => {
    expect(explain(problem).backends.find(({backend}) => backend === 'toy')).toMatchObject({
      passes: [{algorithm: 'direct'}, {algorithm: 'direct'}, {algorithm: 'direct'}],
    });
  });

  it('is verified, every counter of it counted', async () => {
    const report = await verify({
      backends: ['toy'],
      problems: [problem, 'ih5iw5ic2oc4kh2kw2-same-depthwise', `${problem}-bias-relu`, 'ih7iw6ic2oc2kh2kw2dh2dw2-nchw'],
    });
    expect(report.results.filter(({status}) => status === 'failed')).toEqual([]);
    expect(isGood(report)).toBe(true);
    expect(report.rows.map(({backend, algorithm, pass}) => [backend, algorithm, pass])).toEqual(
      passes.map((pass) => ['toy', 'direct', pass]),
    );
    expect(report.environment.backends).toEqual({toy: {memory: 'typed arrays'}});
    expect(report.coverage.counters.filter(({counter}) => counter.startsWith('direct '))).toEqual(
      passes.map((pass) => ({backend: 'toy', counter: `direct ${pass}`, hits: expect.any(Number)})),
    );
    expect(report.coverage.counters.some(({counter, hits}) => counter === 'direct forward' && hits > 0)).toBe(true);
  });

  it('is timed by bench', async () => {
    const {results} = await bench({backends: ['toy'], problems: [problem], rounds: 1});
    expect(
      results.map(({backend, algorithm, milliseconds}) => [backend, algorithm, typeof milliseconds?.ours]),
    ).toEqual(Array(3).fill(['toy', 'direct', 'number']));
  });

  it('is listed by doctor, with its faults', async () => {
    const printed: string[] = [];
    const mocks = [
      jest.spyOn(console, 'log').mockImplementation((text) => void printed.push(text)),
      jest.spyOn(process.stderr, 'write').mockReturnValue(true),
    ];
    try {
      expect(await runDoctor({backend: 'toy'})).toBe(0);
    } finally {
      for (const mock of mocks) mock.mockRestore();
    }
    expect(printed.join('\n')).toMatch(/^toy: here, memory typed arrays$/m);
    expect(printed.join('\n')).toMatch(/^Wrong gradients on toy .*cumprod \(there are zeros\)/m);
  });
});
