import {makeReport, type ReportedBenchOptions, summaryRows} from '../../src/bench/report.js';
import type {StepResult} from '../../src/bench/steps/stepResult.js';
import {rowOf} from './rows.js';

const options: ReportedBenchOptions = {
  ...{
    backends: ['cpu'],
    layers: [],
    problems: [],
    cases: 0,
    accuracy: 'standard' as const,
    filters: 'new' as const,
    steps: false,
    passes: ['forward'],
    algorithm: 'auto',
    engine: 'auto',
    threads: 1,
    rounds: 1,
    seed: 5,
  },
};

test('the summary gives geometric means by backend and pass', () => {
  const results = [
    rowOf({gflops: {ours: 1}, ratio: 2, fractionOfPeak: {kernel: 0.5, whole: 0.1}}),
    rowOf({layer: 'two', gflops: {ours: 4}, ratio: 8, fractionOfPeak: {whole: 0.4}, delegated: true}),
    rowOf({layer: 'three', gflops: {ours: 2}, fractionOfPeak: {whole: 0.2}, reason: 'the built-in throws'}),
    rowOf({layer: 'four', milliseconds: {}, reason: 'refused'}),
    rowOf({backend: 'wasm', gflops: {ours: 7}}),
  ];
  expect(summaryRows(results)).toEqual([
    {
      ...{backend: 'cpu', pass: 'forward', layers: 3, ratioLayers: 2, delegated: 1},
      gflops: expect.closeTo(2, 9),
      ratio: expect.closeTo(4, 9),
      fractionOfPeak: {kernel: expect.closeTo(0.5, 9), whole: expect.closeTo(0.2, 9)},
    },
    {backend: 'wasm', pass: 'forward', layers: 1, ratioLayers: 0, delegated: 0, gflops: expect.closeTo(7, 9)},
  ]);
});

test('a report counts measured, skipped and left-out rows and describes the warm-up', () => {
  const results = [rowOf({}), rowOf({milliseconds: {}, reason: 'refused'})];
  const environment = {tfjs: '4.22.0', backends: {}};
  const report = makeReport(options, environment, {cpu: 'js'}, results, {left: 3, seconds: 7, interrupted: true});
  expect(report).toMatchObject({
    ...{version: 1, seed: 5, options, environment, engines: {cpu: 'js'}, results, interrupted: true},
    warmUp: expect.stringMatching(/^each call is repeated until its time has not fallen/),
    summary: {measured: 1, skipped: 1, left: 3, seconds: 7},
  });
  expect(makeReport(options, environment, {}, [], {left: 0, seconds: 0, interrupted: false})).not.toHaveProperty(
    'interrupted',
  );
});

test('steps count as measured, and each network has its cpu-to-wasm ratio', () => {
  const step = (network: string, backend: string, ours: number): StepResult => ({
    ...{network, backend, batch: 1, algorithm: 'auto', calls: {ours: 1, delegated: 0}, milliseconds: {ours}},
    ...{noise: 0, first: 1, warmUpSteps: 1, rounds: []},
  });
  const steps = [step('one', 'cpu', 10), step('two', 'cpu', 10), step('one', 'wasm', 4)];
  const report = makeReport(
    options,
    {tfjs: '4.22.0', backends: {}},
    {},
    [],
    {left: 1, seconds: 1, interrupted: false},
    steps,
  );
  expect(report).toMatchObject({
    steps,
    summary: {stepRatios: [{network: 'one', backends: ['cpu', 'wasm'], ratio: 2.5}], measured: 3, skipped: 0, left: 1},
  });
});
