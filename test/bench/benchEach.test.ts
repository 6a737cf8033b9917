import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {benchEach} from '../../src/bench/benchEach.js';
import type {BenchOptions} from '../../src/bench/options.js';
import type {BenchReport} from '../../src/bench/report.js';
import {resolveOptions} from '../../src/bench/resolveOptions.js';
import {install, uninstall} from '../../src/plugin/install.js';
import {currentSession} from '../../src/plugin/session.js';
import {fakeClock} from './fakeClock.js';

beforeAll(() => tf.setBackend('cpu'));
afterEach(uninstall);

/** Runs jobs 'a', 'b' and 'c' on cpu and wasm, of which each takes eight seconds. @returns the rows and what the report is made from */
async function run(options: BenchOptions = {}, during = (_row: string) => {}) {
  const clock = fakeClock();
  let made: unknown[] = [];
  await benchEach<string, string>(
    {
      jobs: ['a', 'b', 'c'],
      installation: {layers: false},
      open: async (backend) => (job) => ({
        name: `layer ${job}`,
        async row() {
          const row = [job, backend, tf.getBackend(), currentSession(tf)?.patchesLayers].join(' ');
          clock.pass(8000);
          during(row);
          return row;
        },
      }),
      report(environment, engines, rows, state) {
        made = [Object.keys(environment.backends), engines, [...rows], state];
        return {} as BenchReport;
      },
    },
    resolveOptions({...options, backends: ['cpu', 'wasm'], engine: 'js'}),
    options,
    clock,
  );
  const [backends, engines, rows, state] = made;
  return {backends, engines, rows, state, turns: clock.tasks};
}

test('each job runs on each backend with the options of the series installed', async () => {
  const seen: unknown[] = [];
  const {rows, turns, ...rest} = await run({onProgress: (progress) => seen.push(Object.values(progress))});
  const on = (backend: string) => ['a', 'b', 'c'].map((job) => `${job} ${backend} ${backend} false`);
  expect(rows).toEqual([...on('cpu'), ...on('wasm')]);
  expect(rest).toEqual({
    ...{backends: ['cpu', 'wasm'], engines: {cpu: 'js', wasm: 'js'}},
    state: {left: 0, seconds: 48, interrupted: false},
  });
  expect(seen.slice(2, 4)).toEqual([
    ['cpu', 'layer c', 2, 3],
    ['wasm', 'layer a', 0, 3],
  ]);
  expect(turns).toBe(6);
});

test('each backend gets an equal share of the remaining time', async () => {
  const {rows, state} = await run({timeBudget: 30});
  expect(rows).toEqual(['a cpu cpu false', 'b cpu cpu false', 'a wasm wasm false', 'b wasm wasm false']);
  expect(state).toEqual({left: 2, seconds: 32, interrupted: false});
});

test('a row that is aborted while it runs is dropped', async () => {
  const controller = new AbortController();
  const {rows, state} = await run({signal: controller.signal}, (row) => {
    if (row.startsWith('b')) controller.abort();
  });
  expect(rows).toEqual(['a cpu cpu false']);
  expect(state).toEqual({left: 5, seconds: 16, interrupted: true});
});

test('the installation and the active backend are restored when a row throws', async () => {
  install({backends: ['cpu'], algorithm: 'im2col'});
  const fail = (row: string) => {
    if (row.includes('wasm')) throw new Error('no more');
  };
  await expect(run({}, fail)).rejects.toThrow('no more');
  expect(currentSession(tf)).toMatchObject({backends: ['cpu'], requested: {algorithm: 'im2col'}, patchesLayers: true});
  expect(tf.getBackend()).toBe('cpu');
});
