import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {defineAlgorithm, explain, install, uninstall} from 'tfjs-convgrad';
import {bench} from 'tfjs-convgrad/bench';
import {isGood, verify} from 'tfjs-convgrad/verify';
import type {Algorithm} from '../../src/algorithms/algorithm.js';
import {findAlgorithm} from '../../src/algorithms/index.js';
import type {Implementation} from '../../src/backends/implementation.js';
import {addImplementation as addOnWebgl} from '../../src/backends/webgl/index.js';
import {addImplementation as addOnWebgpu} from '../../src/backends/webgpu/index.js';
import {countHit, makeCounters} from '../../src/engine/coverageCounter.js';
import {algorithmsOf, coverageOf} from '../../src/plugin/select.js';
import {targetsOf} from '../../src/verify/run/targets.js';
import {run, snippets} from '../docs/snippets.js';

const folder = join(__dirname, '../../src/algorithms');
const problem = 'mb2ih6iw5ic2oc3kh3kw2-same';

describe('an algorithm that is one file and one line', () => {
  const counters = makeCounters(['rowwise images']);
  let remove: () => void;

  /** The file is CONTRIBUTING's, with a counter; `defineAlgorithm` stands for the line in the catalogue. */
  beforeAll(async () => {
    const [snippet] = snippets('CONTRIBUTING.md', ['ts']);
    const {exported} = await run(snippet, (name) => require(join(folder, name.replace(/\.js$/, '.ts'))));
    const rowwise = exported['rowwise'] as Algorithm;
    remove = defineAlgorithm({
      ...rowwise,
      counters,
      forward(...args) {
        countHit?.(counters[0]);
        rowwise.forward?.(...args);
      },
    });
    await tf.setBackend('cpu');
  });
  afterEach(uninstall);
  afterAll(() => remove());

  it('is listed and served', () => {
    expect(algorithmsOf('cpu')).toContain('rowwise');
    expect(findAlgorithm('rowwise')?.title).toBe('Row by row, tap by tap');
    const installation = install({algorithm: 'rowwise'});
    tf.tidy(() => tf.conv2d(tf.ones<tf.Rank.R4>([1, 4, 4, 2]), tf.ones<tf.Rank.R4>([3, 3, 2, 4]), 1, 'same'));
    expect(installation.report().calls).toEqual([{backend: 'cpu', algorithm: 'rowwise', pass: 'forward', calls: 1}]);
  });

  it('is explained, with its refusals', () => {
    const [cpu] = explain(problem, {backends: ['cpu']}).backends;
    const found = cpu.passes.map(({others}) => others.find(({algorithm}) => algorithm === 'rowwise'));
    expect(found[0]).toBeDefined();
    expect(found[1]?.why).toBe('it has no backpropInput');
    expect(found[2]?.why).toBe('it has no backpropFilter');
  });

  it('is verified, and its counter counts', async () => {
    const report = await verify({backends: ['cpu'], algorithms: ['rowwise'], problems: [problem]});
    expect(isGood(report)).toBe(true);
    expect(report.rows.find(({pass}) => pass === 'forward')).toMatchObject({algorithm: 'rowwise', failed: 0});
    expect(report.coverage.counters.find(({counter}) => counter === 'rowwise images')?.hits).toBeGreaterThan(0);
  });

  it('is timed by bench', async () => {
    const {results} = await bench({algorithm: 'rowwise', backends: ['cpu'], problems: [problem], rounds: 1});
    expect(results.map(({algorithm, milliseconds}) => [algorithm, typeof milliseconds?.ours])).toEqual([
      ['rowwise', 'number'],
      ['rowwise', 'undefined'],
      ['rowwise', 'undefined'],
    ]);
  });
});

describe.each([
  ['webgl', addOnWebgl],
  ['webgpu', addOnWebgpu],
] as const)('an algorithm on %s that is one file and one line', (backend, add) => {
  const tapwise: Implementation = {
    algorithm: 'tapwise',
    passes: ['forward'],
    supports: ({kind}, pass) =>
      kind === 'dense' ? pass === 'forward' || `it has no ${pass}` : 'it sums over channels',
    cost: () => ({flops: 1, bytes: 1, workspaceBytes: 0}),
    predict: () => 0,
    integerHeadroom: 3,
    footprint: 'tile',
    tile: () => [2, 4],
    counters: makeCounters(['tapwise shader']),
    run() {
      throw new Error('nothing runs without a GPU');
    },
  };
  let remove: () => void;
  beforeAll(() => {
    remove = add(tapwise);
  });
  afterAll(() => remove());

  it('is listed, chosen and explained', () => {
    expect(algorithmsOf(backend)).toContain('tapwise');
    const [{passes}] = explain(problem, {backends: [backend]}).backends;
    expect(passes[0].algorithm).toBe('tapwise');
    expect(passes[1].algorithm).not.toBe('tapwise');
    const [{passes: depthwise}] = explain('ih5iw5ic2oc2kh3kw3-depthwise', {backends: [backend]}).backends;
    expect(depthwise[0].others.find(({algorithm}) => algorithm === 'tapwise')?.why).toBe('it sums over channels');
  });

  it('is verified by what it declares, and covered', () => {
    const [target] = targetsOf(backend, {registrations: {kernels: [], gradients: []}, calls: new Map()}, ['tapwise']);
    expect(target).toMatchObject({backend, algorithm: 'tapwise', headroom: 3, footprint: 'tile'});
    expect([...coverageOf(backend).keys()].filter((name) => name.startsWith('tapwise'))).toEqual([
      'tapwise forward',
      'tapwise shader',
    ]);
  });
});
