import {runAll} from '../../src/cli/runAll.js';
import {resolveOptions} from '../../src/verify/options/resolveOptions.js';
import {makeReport, type VerifyReport} from '../../src/verify/report/report.js';
import type {VerifyResult} from '../../src/verify/report/result.js';
import {Tally} from '../../src/verify/report/tally.js';

const reported = resolveOptions({}, ['cpu', 'webgl']);
const result = (backend: string, status: VerifyResult['status'] = 'passed') => ({backend, status}) as VerifyResult;
const surroundings = () => ({
  signal: new AbortController().signal,
  onProgress() {},
  onCase: jest.fn<void, [() => VerifyReport]>(),
  onError: jest.fn<boolean, [unknown, string]>(() => true),
});
/** A run with one result, which then throws the given error. */
const run = (backend: string, status?: VerifyResult['status'], error?: Error) => ({
  backend,
  run: jest.fn(async ({onResults}: {onResults?: (results: VerifyResult[]) => void}) => {
    onResults?.([result(backend, status)]);
    if (error) throw error;
    return makeReport(
      {...reported, backends: [backend]},
      {tfjs: 'x', backends: {[backend]: {}}},
      new Tally(),
      1,
      false,
      {
        coverage: {counters: [{backend, counter: 'p', hits: 2}], complete: backend !== 'partial'},
      },
    );
  }),
});

test('combines all backends in one report', async () => {
  const report = await runAll([run('cpu'), run('webgl')], {}, reported, surroundings());
  expect(report).toMatchObject({
    options: {backends: ['cpu', 'webgl']},
    results: [result('cpu'), result('webgl')],
    environment: {backends: {cpu: {}, webgl: {}}},
    summary: {passed: 2, failed: 0},
  });
  expect(report.interrupted).toBeUndefined();
});

test('offers a report of all results so far after every case', async () => {
  const around = surroundings();
  const counts: number[] = [];
  around.onCase.mockImplementation((sofar) => void counts.push(sofar().results.length));
  await runAll([run('cpu'), run('webgl')], {}, reported, around);
  expect(counts).toEqual([1, 2]);
});

test('a run that crashes keeps its results and marks the report as interrupted', async () => {
  const around = surroundings();
  const crash = new Error('crash');
  const report = await runAll([run('cpu', 'passed', crash), run('webgl')], {}, reported, around);
  expect(around.onError).toHaveBeenCalledWith(crash, 'cpu');
  expect(report).toMatchObject({interrupted: true, results: [result('cpu'), result('webgl')]});
});

test('bail skips the remaining backends', async () => {
  const second = run('webgl');
  await runAll([run('cpu', 'failed'), second], {bail: true}, reported, surroundings());
  expect(second.run).not.toHaveBeenCalled();
});

test('runs in a page go on beside those in this process, and each place shares the time budget', async () => {
  const order: string[] = [];
  const slow = (backend: string, place: 'here' | 'page') => ({
    backend,
    place,
    run: jest.fn(async ({timeBudget}: {timeBudget?: number}) => {
      order.push(`${backend} begins with ${Math.round(timeBudget!)} s`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`${backend} ends`);
      return makeReport({...reported, backends: [backend]}, {tfjs: 'x', backends: {}}, new Tally(), 1);
    }),
  });
  const runs = [slow('cpu', 'here'), slow('wasm', 'here'), slow('webgl', 'page')];
  const report = await runAll(runs, {timeBudget: 60}, reported, surroundings());
  expect(order.slice(0, 2)).toEqual(['cpu begins with 30 s', 'webgl begins with 60 s']);
  expect(order.indexOf('wasm begins with 60 s')).toBeGreaterThan(order.indexOf('cpu ends'));
  expect(report.options.backends).toEqual(['cpu', 'wasm', 'webgl']);
});

test('bail also ends the run in the other place, which does not count as interrupted', async () => {
  const page = {
    backend: 'webgl',
    place: 'page' as const,
    run: ({signal}: {signal?: AbortSignal}) =>
      new Promise<VerifyReport>((resolve) => {
        const end = () => resolve(makeReport(reported, {tfjs: 'x', backends: {}}, new Tally(), 1, true));
        signal!.addEventListener('abort', end);
      }),
  };
  const report = await runAll([run('cpu', 'failed'), page], {bail: true}, reported, surroundings());
  expect(report.interrupted).toBeUndefined();
});

test('backends share the time budget', async () => {
  const runs = [run('cpu'), run('webgl')];
  await runAll(runs, {timeBudget: 60}, reported, surroundings());
  const [first, second] = runs.map(({run}) => (run.mock.calls[0][0] as {timeBudget: number}).timeBudget);
  expect(first).toBeCloseTo(30, 0);
  expect(second).toBeCloseTo(60, 0);
});

test('coverage combines all backends and is complete only if each is', async () => {
  const both = await runAll([run('cpu'), run('webgl')], {}, reported, surroundings());
  expect(both.coverage).toEqual({
    ...{complete: true, counters: ['cpu', 'webgl'].map((backend) => ({backend, counter: 'p', hits: 2}))},
  });
  expect((await runAll([run('cpu'), run('partial')], {}, reported, surroundings())).coverage.complete).toBe(false);
});
