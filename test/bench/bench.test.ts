import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {bench} from '../../src/bench/bench.js';
import type {Peer} from '../../src/bench/peer.js';
import {randomLayers} from '../../src/bench/randomLayers.js';
import {median} from '../../src/bench/statistics.js';
import {flopsOf, passes} from '../../src/geometry/pass.js';
import {formatProblem, parseProblem, problemInfo} from '../../src/geometry/problem.js';
import {install, uninstall} from '../../src/plugin/install.js';
import {currentSession} from '../../src/plugin/session.js';

const problem = 'mb2ih16iw16ic3oc4kh3kw3-same';
const dilated = 'ih9iw9ic2oc3kh3kw3dh2dw2-same';
const few = {problems: [problem], rounds: 2, backends: ['cpu']};

beforeAll(() => tf.setBackend('cpu'));
afterEach(uninstall);

test('each row has times, speeds, fractions of the peak and its rounds', async () => {
  const {results, summary, engines, environment, seed} = await bench({...few, seed: 7});
  expect(results.map(({pass}) => pass)).toEqual(passes);
  for (const result of results) {
    const {milliseconds, gflops, fractionOfPeak, rounds, ratio} = result;
    expect(result).toMatchObject({
      layer: expect.stringContaining('mb2ih16'),
      backend: 'cpu',
      algorithm: 'implicitGemm',
    });
    expect(result.flops).toBe(flopsOf(problemInfo(parseProblem(problem))));
    expect(rounds).toHaveLength(2);
    const numbers = [
      ...Object.values(milliseconds!),
      ...Object.values(gflops!),
      ...Object.values(fractionOfPeak!),
      ratio,
    ];
    expect(numbers).toHaveLength(3 + 3 + 2 + 1);
    expect(numbers.every((value) => Number.isFinite(value) && value! > 0)).toBe(true);
    expect(milliseconds!.kernel).toBeLessThan(milliseconds!.ours!);
    expect(result).not.toHaveProperty('delegated');
    expect(result).not.toHaveProperty('reason');
  }
  expect(summary).toMatchObject({measured: 3, skipped: 0, left: 0});
  expect(summary.rows.map(({pass, layers}) => [pass, layers])).toEqual(passes.map((pass) => [pass, 1]));
  expect({engines, environment, seed}).toMatchObject({
    ...{engines: {cpu: expect.stringMatching(/^(fma|simd|js)$/)}, seed: 7},
    environment: {tfjs: tf.version.tfjs, backends: {cpu: {}}},
  });
});

test('the requested engine is timed and named in the report', async () => {
  const report = await bench({...few, passes: ['forward'], rounds: 1, engine: 'js'});
  expect(report).toMatchObject({
    ...{engines: {cpu: 'js'}, options: {engine: 'js', threads: 1}},
    environment: {backends: {cpu: {engine: 'js', engineThreads: 1}}},
  });
});

test('a row whose built-in throws has our times and the reason', async () => {
  const {results} = await bench({...few, problems: [dilated], passes: ['forward', 'backpropFilter']});
  const [forward, backward] = results;
  expect(forward.ratio).toBeGreaterThan(0);
  expect(backward).toMatchObject({reason: expect.stringContaining('dilation above 1')});
  expect(backward.milliseconds).toEqual({ours: expect.any(Number), kernel: expect.any(Number)});
  expect(backward).not.toHaveProperty('ratio');
});

test('a row whose algorithm refuses has the reason and no time', async () => {
  const {results, summary} = await bench({...few, algorithm: 'depthwise', passes: ['forward']});
  expect(results).toEqual([expect.objectContaining({algorithm: 'depthwise', reason: expect.any(String)})]);
  expect(results[0]).not.toHaveProperty('milliseconds');
  expect(summary).toMatchObject({rows: [], measured: 0, skipped: 1});
});

test('wasm forward rows time our algorithms and mark what is delegated by default', async () => {
  const problems = [...few.problems, 'ih20iw15ic4oc4kh3kw3-same-depthwise'];
  const {results} = await bench({...few, problems, backends: ['wasm'], passes: ['forward']});
  expect(results.map(({delegated}) => delegated)).toEqual([true, true]);
  expect(results.map(({algorithm}) => algorithm)).toEqual(['implicitGemm', 'depthwise']);
  expect(results.every(({ratio}) => ratio! > 0)).toBe(true);
});

test('with algorithm all each row times every candidate and gives its predicted time', async () => {
  const {results, summary} = await bench({
    ...few,
    problems: ['ih24iw24ic20oc20kh3kw3-same'],
    algorithm: 'all',
    rounds: 2,
  });
  for (const {algorithm, predictedMilliseconds, alternatives, loss, milliseconds} of results) {
    const all = [algorithm, ...alternatives!.map((alternative) => alternative.algorithm)];
    expect(new Set(all).size).toBe(all.length);
    expect(all).toEqual(expect.arrayContaining(['implicitGemm']));
    expect(all).not.toContain('winograd4'); // it is less accurate
    expect(predictedMilliseconds).toBeGreaterThan(0);
    for (const alternative of alternatives!) {
      expect(alternative).toEqual({
        ...{
          algorithm: alternative.algorithm,
          milliseconds: expect.any(Number),
          predictedMilliseconds: expect.any(Number),
        },
      });
      expect(alternative.milliseconds).toBeGreaterThan(0);
    }
    expect(loss).toBeGreaterThanOrEqual(1);
    expect(Object.keys(milliseconds!).sort()).toEqual(['builtin', 'kernel', 'ours']);
  }
  expect(summary.choices).toEqual({of: 3, good: results.filter(({loss}) => loss! <= 1.1).length});
});

test('the cases option times that many random layers', async () => {
  const {results, options} = await bench({backends: ['cpu'], cases: 1, passes: ['forward'], rounds: 1, seed: 3});
  expect(results.map(({layer}) => layer)).toEqual(randomLayers(1, 3).map(({problem}) => formatProblem(problem)));
  expect(options).toMatchObject({cases: 1, layers: [], problems: []});
});

test('a peer is timed on forward passes and closed', async () => {
  const opened: string[] = [];
  const peer: Peer = {
    ...{name: 'native', threads: 3},
    async open({filterHeight}, x, filter) {
      opened.push(`${filterHeight} ${x.length} ${filter.length}`);
      return {call: () => 5, close: async () => void opened.push('closed')};
    },
  };
  const {results, summary, options} = await bench({...few, peer});
  expect(opened).toEqual([`3 ${2 * 256 * 3} ${9 * 12}`, 'closed']);
  expect(results.map(({milliseconds}) => milliseconds!.peer)).toEqual([5, undefined, undefined]);
  const [{rounds, peerRatio}] = results;
  expect(peerRatio).toBeCloseTo(median(rounds!.map(({ours}) => 5 / ours)), 9);
  expect(summary.rows.map((row) => [row.peerRatio, row.peerLayers])).toEqual([
    [expect.closeTo(peerRatio!, 9), 1],
    [undefined, undefined],
    [undefined, undefined],
  ]);
  expect(options).toMatchObject({peer: 'native, 3 threads'});
});

test('the installation and the active backend are restored', async () => {
  await tf.setBackend('cpu');
  await bench({...few, backends: ['wasm'], passes: ['backpropFilter'], rounds: 1});
  expect(currentSession(tf)).toBeUndefined();
  expect(tf.getBackend()).toBe('cpu');
  install({backends: ['cpu'], algorithm: 'im2col'});
  await bench({...few, passes: ['forward'], rounds: 1});
  expect(currentSession(tf)).toMatchObject({backends: ['cpu'], requested: {algorithm: 'im2col', accuracy: 'standard'}});
});

test('an abort keeps the finished rows and marks the report as interrupted', async () => {
  const controller = new AbortController();
  const report = await bench({...few, signal: controller.signal, onReport: () => controller.abort()});
  expect(report).toMatchObject({interrupted: true, summary: {measured: 1, left: 2}});
});

test('a time budget is split between the backends, and rows beyond it are left out', async () => {
  let rows = 0;
  // The fake clock adds 8000 s to each row, so the speed of the machine does not matter.
  const clock = {now: () => 8e6 * rows + performance.now(), nextTask: async () => {}};
  const onReport = () => {
    rows++;
  };
  const report = await bench({...few, backends: ['cpu', 'wasm'], rounds: 1, timeBudget: 24_000, onReport}, clock);
  expect(report.results.map(({backend, pass}) => [backend, pass])).toEqual([
    ['cpu', 'forward'],
    ['cpu', 'backpropInput'],
    ['wasm', 'forward'],
  ]);
  expect(report.summary.left).toBe(3);
});

test('progress names the current row', async () => {
  const seen: unknown[] = [];
  await bench({...few, rounds: 1, passes: ['forward'], onProgress: (progress) => seen.push(progress)});
  expect(seen).toEqual([{backend: 'cpu', problem: expect.stringContaining('mb2ih16'), done: 0, total: 1}]);
});
