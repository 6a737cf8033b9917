import {readFileSync} from 'node:fs';
import type {BenchReport} from '../../src/bench/report.js';
import {start} from '../cli/command.js';
import {userFiles} from '../support/userFiles.js';

const file = userFiles({});
const read = (path: string): BenchReport => JSON.parse(readFileSync(path, 'utf8'));
const tiny = ['bench', '--problem', 'mb2ih6iw6ic3oc4kh3kw3-same', '--rounds', '2'];

test('one report has webgl rows timed in a page and cpu rows timed in Node', async () => {
  const json = file('both.json');
  const args = [...tiny, '--backend', 'cpu,webgl', '--pass', 'forward,backpropFilter', '--json', json];
  const {code, stdout} = await start(...args).ended;
  expect({code, stdout}).toEqual({code: 0, stdout: expect.stringContaining('4 rows measured')});
  expect(stdout).toMatch(/\nwebgl, software rendering: .*SwiftShader.*, HeadlessChrome\/[\d.]+, tfjs 4/);
  expect(stdout).toMatch(/│ webgl, software rendering +│ forward /);
  const {results, environment, options, engines} = read(json);
  expect(environment).toMatchObject({
    node: process.version,
    backends: {cpu: {}, webgl: {float32: true, targets: expect.any(Number)}},
  });
  expect(environment.browser).toContain('Chrome');
  expect(options.backends).toEqual(['cpu', 'webgl']);
  expect(Object.keys(engines)).toEqual(['cpu']);
  const gpu = results.filter(({backend}) => backend === 'webgl');
  expect(gpu).toHaveLength(2);
  expect(stdout).toMatch(/ GPU ms │ its GPU ms │/);
  expect(results.find(({backend}) => backend === 'cpu')).not.toHaveProperty('gpuMilliseconds');
  for (const {rounds, milliseconds, ratio, first, fractionOfPeak, reducedFrom, gpuMilliseconds} of gpu) {
    // GPU times exclude what else the page does.
    for (const time of [gpuMilliseconds!.ours!, gpuMilliseconds!.builtin!]) expect(time).toBeGreaterThan(0);
    expect(rounds).toHaveLength(2);
    expect(Object.keys(milliseconds!)).toEqual(['ours', 'builtin']);
    // Shaders are compiled in the first call, which is in no round.
    expect(first!.ours).toBeGreaterThan(milliseconds!.ours!);
    expect(ratio).toBeGreaterThan(0);
    expect({fractionOfPeak, reducedFrom}).toEqual({fractionOfPeak: undefined, reducedFrom: undefined});
  }
  const again = await start(...args, '--compare', json).ended;
  expect(again.stdout).toContain('4 rows in both, 0 only in the old report, 0 only in the new one');
});

test('webgpu rows have GPU times or the reason why not', async () => {
  const json = file('webgpu.json');
  const {code, stdout} = await start(...tiny, '--backend', 'webgpu', '--pass', 'forward', '--json', json).ended;
  expect({code, stdout}).toEqual({code: 0, stdout: expect.stringMatching(/ GPU ms │ its GPU ms │/)});
  const [{gpuMilliseconds, gpuReason}] = read(json).results as [BenchReport['results'][0]];
  if (gpuReason === undefined) for (const time of Object.values(gpuMilliseconds!)) expect(time).toBeGreaterThan(0);
  else expect(stdout).toContain(`[1] ${gpuReason}`);
});

test('layers shrink for software rendering, and Ctrl-C keeps the finished rows', async () => {
  const json = file('part.json');
  const {child, ended} = start('bench', '--backend', 'webgl', '--layers', 'ResNet-50', '--json', json);
  let pressed = false;
  child.stderr?.on('data', () => {
    if (!pressed) child.kill('SIGINT');
    pressed = true;
  });
  const {code, stdout} = await ended;
  expect({code, stdout}).toEqual({code: 130, stdout: expect.stringContaining('interrupted: ')});
  expect(stdout).toContain('ResNet-50 stem‡');
  const {interrupted, summary, results, environment} = read(json);
  expect(interrupted).toBe(true);
  expect(summary.left + results.length).toBe(21);
  expect(environment.backends.webgl!.renderer).toContain('SwiftShader');
  expect(results[0]).toMatchObject({
    problem: expect.stringContaining('ih112iw112'),
    reducedFrom: expect.stringContaining('ih224iw224'),
  });
});
