import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import type {BenchReport} from '../../src/bench/report.js';
import {userFiles} from '../support/userFiles.js';
import {start} from './command.js';

const file = userFiles({});
const tiny = ['bench', '--problem', 'mb2ih6iw6ic3oc4kh3kw3-same', '--rounds', '2'];
const read = (path: string): BenchReport => JSON.parse(readFileSync(path, 'utf8'));

test('prints a table for each backend and writes the report', async () => {
  const json = file('bench.json');
  const ended = await start(...tiny, '--seed', '3', '--json', json).ended;
  expect({code: ended.code, stdout: ended.stdout}).toEqual({
    code: 0,
    stdout: expect.stringContaining('geometric means'),
  });
  expect(ended.stdout).toMatch(/^cpu, engine '(fma|simd|js)', Node v/);
  expect(ended.stdout).toMatch(/\nwasm, engine /);
  const report = read(json);
  expect(report).toMatchObject({version: 1, seed: 3, options: {rounds: 2}, summary: {measured: 6, left: 0}});
  expect(report.environment.node).toBe(process.version);
  expect(report).not.toHaveProperty('interrupted');
});

test('--compare exits with 1 if a row is slower beyond the noise, and with 0 if it is faster or within the noise', async () => {
  const json = file('old.json');
  // One round has no noise, so the old report's noise decides.
  const few = [...tiny.slice(0, -1), '1', '--backend', 'cpu', '--pass', 'forward'];
  await start(...few, '--json', json).ended;
  const report = read(json);
  const [row] = report.results;
  const write = (whole: number, noise: number) =>
    writeFileSync(json, JSON.stringify({...report, results: [{...row, fractionOfPeak: {whole}, noise}]}));
  // Every run is slower than a thousand times the peak.
  write(1000, 0);
  const slower = await start(...few, '--compare', json).ended;
  expect({code: slower.code, stdout: slower.stdout}).toEqual({
    code: 1,
    stdout: expect.stringMatching(/1 rows in both, 0 only in the old report, 0 only in the new one[\s\S]*slower/),
  });
  write(1000, 1);
  expect((await start(...few, '--compare', json).ended).code).toBe(0);
  write(1e-9, 0);
  const faster = await start(...few, '--compare', json).ended;
  expect({code: faster.code, stdout: faster.stdout}).toEqual({
    code: 0,
    stdout: expect.stringMatching(/1 rows in both, 0 only in the old report, 0 only in the new one[\s\S]*faster/),
  });
});

test('Ctrl-C keeps the finished rows and exits with 130', async () => {
  const json = file('part.json');
  const {child, ended} = start('bench', '--backend', 'cpu', '--json', json);
  let pressed = false;
  child.stderr?.on('data', () => {
    if (!pressed) child.kill('SIGINT');
    pressed = true;
  });
  const {code, stdout} = await ended;
  expect({code, stdout}).toEqual({code: 130, stdout: expect.stringContaining('interrupted: ')});
  const {interrupted, summary, results} = read(json);
  expect(interrupted).toBe(true);
  expect(summary.left + results.length).toBe(87);
  expect(results.length).toBeGreaterThan(0);
});

test('a run whose rows are all refused exits with 1', async () => {
  const ended = await start(...tiny, '--backend', 'cpu', '--algorithm', 'depthwise').ended;
  expect({code: ended.code, stdout: ended.stdout}).toEqual({
    code: 1,
    stdout: expect.stringContaining('nothing was measured: 0 rows measured in 2 rounds, 3 skipped'),
  });
});

test('--steps times training steps and counts who served them', async () => {
  const json = file('steps.json');
  const ended = await start(
    'bench',
    '--steps',
    '--layers',
    'LeNet',
    '--backend',
    'wasm',
    '--rounds',
    '1',
    '--json',
    json,
  ).ended;
  expect({code: ended.code, stdout: ended.stdout}).toEqual({code: 0, stdout: expect.stringContaining('│ LeNet-5 ')});
  const {steps, results} = read(json);
  expect(results).toEqual([]);
  // Three layers with three passes each, dX of the first included. The forward pass of the last layer is small.
  expect(steps).toMatchObject([{network: 'LeNet-5', batch: 32, calls: {ours: 8, delegated: 1}}]);
});

test.each([
  [['--steps', '--compare', file('nowhere.json')], 2, '--compare: compares layers, but --steps times no layers'],
  [['--backend', 'abacus'], 2, "unknown backend 'abacus'; use cpu, wasm"],
  [['--backend', 'tensorflow'], 3, "backend 'tensorflow' is not available: convgrad has no kernels for it yet"],

  [['--backend', 'webgl', '--browser', '/nowhere/chrome'], 2, 'the browser /nowhere/chrome does not exist'],
  [['--rounds', 'many'], 2, 'rounds must be a whole number ≥ 1; got many'],
  [['--json', '/'], 2, '--json: / cannot be written'],
  [['--compare', file('nowhere.json')], 2, '--compare: '],
])('%j exits with %i', async (args, code, message) => {
  const ended = await start('bench', ...args).ended;
  expect({code: ended.code, stderr: ended.stderr}).toEqual({code, stderr: expect.stringContaining(message)});
});

test('a refused run writes no report', async () => {
  const json = file('never.json');
  await start('bench', '--rounds', '0', '--json', json).ended;
  expect(existsSync(json)).toBe(false);
});
