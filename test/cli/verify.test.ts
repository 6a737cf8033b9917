import {existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {formatProblem, type Problem} from '../../src/geometry/problem.js';
import {cases, fixedCases} from '../../src/verify/cases/index.js';
import type {VerifyReport} from '../../src/verify/index.js';
import {aliasModule} from '../support/aliasModule.js';
import {userFiles} from '../support/userFiles.js';
import {folder, shell, start} from './command.js';

const file = userFiles({
  // dFilter with the wrong sign in its last element.
  'wrong sign.ts': `
    import {algorithms, defineAlgorithm} from 'tfjs-convgrad';
    const direct = algorithms().find(({name}) => name === 'direct')!;
    defineAlgorithm({
      name: 'wrong-sign',
      backpropFilter(info, x, dy, dFilter, engine) {
        direct.backpropFilter!(info, x, dy, dFilter, engine);
        dFilter[dFilter.length - 1] *= -1;
      },
    });`,
  'nothing.ts': 'export {};',
  'uninstall.ts': "import {uninstall} from 'tfjs-convgrad'; uninstall();",
  'alias.mjs': aliasModule('cpu'),
  // dFilter for wasm, which lacks it, without its last row; wasm is imported later.
  'wasm first.ts': `
    import * as tf from '@tensorflow/tfjs';
    import {conv2dBackward} from 'tfjs-convgrad';
    tf.registerKernel({
      kernelName: 'Conv2DBackpropFilter',
      backendName: 'wasm',
      kernelFunc({inputs: {x, dy}, attrs}) {
        const tensor = (info) => tf.engine().makeTensorFromTensorInfo(info);
        return tf.tidy(() => {
          const filter = tf.zeros(attrs.filterShape);
          const {strides, pad, dataFormat, dimRoundingMode} = attrs;
          const {dFilter} = conv2dBackward({x: tensor(x), filter, dy: tensor(dy), strides, pad, dataFormat, dimRoundingMode});
          return tf.mul(dFilter, tf.range(0, 1, 1 / attrs.filterShape[0]).ceil().sub(1).abs().reshape([-1, 1, 1, 1]));
        });
      },
    });`,
  'gradient.ts': `
    import type * as tfjs from '@tensorflow/tfjs';
    export default async (tf: typeof tfjs) => {
      await Promise.resolve();
      const gradient = tf.getGradient('Conv2D');
      tf.unregisterGradient('Conv2D');
      tf.registerGradient({...gradient, gradFunc: (dy, saved, attrs) => {
        const {x, filter} = gradient.gradFunc(dy, saved, attrs);
        return {x, filter: () => tf.mul(filter(), 0.5)};
      }});
    };`,
  'elsewhere.ts': `
    import * as tf from '@tensorflow/tfjs';
    for (const backendName of ['cpu', 'somewhere']) {
      const right = tf.getKernel('Conv2D', 'cpu').kernelFunc;
      if (backendName === 'cpu') tf.unregisterKernel('Conv2D', 'cpu');
      tf.registerKernel({kernelName: 'Conv2D', backendName, kernelFunc: (call) => right(call)});
    }`,
  'plain.mjs': 'export function backpropFilter(info, x, dy, dFilter) { dFilter.fill(0); }',
});
const readReport = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as VerifyReport;
const problem = 'mb2ih5iw6ic2oc3kh3kw2sh2sw1dh1dw1-same-nhwc';

test('a passing run exits with 0, prints an uncoloured table and writes the report', async () => {
  const json = file('good.json');
  const {code, stdout, stderr} = await start(
    'verify',
    '--backend',
    'cpu',
    '--problem',
    problem,
    '--seed',
    '11',
    '--details',
    '--json',
    json,
  ).ended;
  expect({code, stderr}).toEqual({code: 0, stderr: 'cpu 2/2\n'});
  expect(stdout).toMatch(/│ cpu +│ transposed +│ backpropInput +│ +1 │ +0\.\d{3} │/);
  expect(stdout).toMatch(/^cpu: forward, dX and dFilter right in 1 problem, \d{2,} comparisons, 0 failed\n/);
  expect(stdout).not.toContain('\u001b');
  expect(readReport(json)).toMatchObject({
    version: 1,
    seed: 11,
    options: {problems: [problem]},
    summary: {passed: expect.any(Number), failed: 0},
  });
});

test('an imported algorithm with a wrong sign fails, and its replay line reproduces the failure', async () => {
  const json = file('bad.json');
  const module = file('wrong sign.ts');
  const {code, stdout} = await start(
    'verify',
    '--backend',
    'cpu',
    '--cases',
    '1',
    '--import',
    module,
    '--details',
    '--json',
    json,
  ).ended;
  expect(code).toBe(1);
  const failed = readReport(json).results.filter(({status}) => status === 'failed');
  expect(new Set(failed.map(({algorithm, pass}) => `${algorithm} ${pass}`))).toEqual(
    new Set(['wrong-sign backpropFilter']),
  );
  const {replay, reason} = failed.find(({fill}) => fill === 'reals')!;
  expect(stdout).toContain(replay);

  const again = await shell(`${replay} --details --json '${file('again.json')}'`);
  expect(again.code).toBe(1);
  expect(again.stdout).toContain(reason);
  expect(readReport(file('again.json')).results[0].worst).toEqual(failed.find(({fill}) => fill === 'reals')!.worst);
});

test('a problem that failed runs first from then on, unless --no-regressions is given', async () => {
  const saved = join(folder, '.convgrad/regressions.json');
  rmSync(saved, {force: true});
  const bad = ['verify', '--backend', 'cpu', '--import', file('wrong sign.ts'), '--oracle', 'reference', '--bail'];
  await start(...bad, '--problem', problem).ended;
  expect(JSON.parse(readFileSync(saved, 'utf8'))).toEqual({version: 1, problems: [problem]});
  const json = file('regression.json');
  expect(await start(...bad, '--json', json).ended).toMatchObject({code: 1});
  expect(readReport(json)).toMatchObject({options: {regressions: [problem], oracles: ['reference']}});
  expect(new Set(readReport(json).results.map((result) => result.problem))).toEqual(new Set([problem]));
  await start(...bad, '--json', json, '--no-regressions').ended;
  expect(readReport(json).results[0].problem).not.toBe(problem);

  writeFileSync(saved, '{');
  const {code, stderr} = await start(...bad).ended;
  expect({code, stderr}).toEqual({
    code: 2,
    stderr: expect.stringMatching(/^convgrad: regressions: .*regressions\.json: .*, or pass --no-regressions\.\n$/),
  });
  rmSync(saved);
});

test('--junit and --html write the same run', async () => {
  const [junit, html] = [file('report.xml'), file('report.html')];
  const bad = ['--backend', 'cpu', '--problem', problem, '--import', file('wrong sign.ts'), '--no-regressions'];
  expect(await start('verify', ...bad, '--junit', junit, '--html', html).ended).toMatchObject({code: 1});
  expect(readFileSync(junit, 'utf8')).toContain(
    '<testsuite name="cpu/wrong-sign/backpropFilter" tests="2" failures="2"',
  );
  const page = readFileSync(html, 'utf8');
  expect(page).toContain('<svg class="map"');
  expect(page).toContain(`--problem ${problem} --import`);
});

const problemsOf = (all: readonly {problem: Problem}[]) => [...new Set(all.map(({problem}) => formatProblem(problem)))];

test('--time-budget runs every fixed case and then random ones, in the order of the seed', async () => {
  const json = file('budget.json');
  const few = ['--backend', 'cpu', '--algorithm', 'direct', '--oracle', 'reference', '--pass', 'forward'];
  const {code} = await start('verify', ...few, '--fill', 'integers', '--time-budget', '3', '--json', json).ended;
  expect(code).toBe(0);
  const {options, summary, interrupted, results} = readReport(json);
  expect(interrupted).toBeUndefined();
  expect(options.timeBudget).toBe(3);
  expect(options.cases).toBe('Infinity'); // as JSON has it
  expect(summary).toMatchObject({failed: 0, vacuous: 0});
  // Every fixed case runs, and then as many random ones as there is time for, in the order of the seed.
  const ran = [...new Set(results.map((result) => result.problem))];
  expect(problemsOf(fixedCases()).filter((one) => !ran.includes(one))).toEqual([]);
  const stream = problemsOf(cases({seed: 1, cases: 5000}));
  expect(ran).toEqual(stream.filter((one) => ran.includes(one)));
});

/** Verifies an imported module. */
const imported = (module: string, backend = 'cpu', ...more: string[]) =>
  start('verify', '--backend', backend, '--problem', problem, '--import', file(module), '--details', ...more).ended;

test.each([
  ['uninstall.ts', [], 'install() is missing or was undone'],
  ['alias.mjs', ['--algorithm', 'direct', '--no-diagnosis'], 'cannot be compared with itself'],
  ['plain.mjs', [], '--algorithm plain --pass backpropFilter'],
])('importing %s exits with 1', async (name, more, says) => {
  const {code, stdout} = await imported(name, 'cpu', ...more);
  expect({code, stdout}).toEqual({code: 1, stdout: expect.stringContaining(says)});
});

test('verify judges a wasm kernel registered before wasm is loaded', async () => {
  const {code, stdout} = await imported('wasm first.ts', 'wasm');
  expect({code, stdout}).toEqual({
    code: 1,
    stdout: expect.stringContaining('wasm imported backpropFilter: 2 not passed'),
  });
});

test('verify judges only the gradient if a module registers nothing else', async () => {
  const {code, stdout} = await imported('gradient.ts');
  expect({code, stdout}).toEqual({
    code: 1,
    stdout: expect.stringContaining('cpu imported-gradient backpropFilter: 2 not passed'),
  });
  expect(stdout).not.toMatch(/direct|implicitGemm/);
});

test('an imported kernel that is never called exits with 2, unless deselected', async () => {
  const says = 'imported but never called, so not judged: Conv2D on somewhere\n';
  expect(await imported('elsewhere.ts')).toMatchObject({code: 2, stdout: expect.stringContaining(says)});
  const chosen = await imported('elsewhere.ts', 'cpu', '--algorithm', 'imported');
  expect(chosen).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('not requested in this run: Conv2D on somewhere\n'),
  });
});

test('a run that verifies nothing exits with 1', async () => {
  const {code, stdout} = await start(
    'verify',
    '--backend',
    'cpu',
    '--problem',
    problem,
    '--algorithm',
    'transposed',
    '--pass',
    'forward',
  ).ended;
  expect(code).toBe(1);
  expect(stdout).toContain('nothing was verified');
});

test('Ctrl-C exits with 130 and keeps the table and the report', async () => {
  const json = file('interrupted.json');
  const {child, ended} = start('verify', '--backend', 'cpu', '--cases', '100000', '--json', json);
  // A partial report is written every few seconds, in case the process dies.
  while (!existsSync(json)) await sleep(100);
  expect(readReport(json).interrupted).toBe(true);
  child.kill('SIGINT');
  const {code, stdout} = await ended;
  expect(code).toBe(130);
  expect(stdout).toMatch(/^interrupted: cpu: .* right in [1-9]\d* problems?, [\d,]+ comparisons, 0 failed/);
  const report = readReport(json);
  expect(report.interrupted).toBe(true);
  expect(report.results.length).toBeGreaterThan(0);
  expect(readdirSync(file('.')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test.each([
  [['frobnicate'], 2, "convgrad: unknown command 'frobnicate'; use verify, doctor, explain, bench, or --help."],
  [[], 2, 'convgrad: no command; use verify, doctor, explain, bench, or --help.'],
  [['verify', '--frob'], 2, 'convgrad: Unknown option `--frob`'],
  [['verify', '--cases'], 2, 'convgrad: option `--cases <n>` value is missing'],
  [
    ['verify', '--backend', 'tensorflow'],
    3,
    "convgrad: backend 'tensorflow' is not available: convgrad has no kernels for it yet; use cpu, wasm, webgl, webgpu.",
  ],
  [['verify', '--cases', 'few'], 2, 'convgrad: verify: cases must be a whole number ≥ 1; got few.'],
  [
    ['verify', '--time-budget', 'soon'],
    2,
    'convgrad: verify: timeBudget must be a number of seconds above 0; got soon.',
  ],
  [['verify', '--import', file('none.ts')], 2, `convgrad: there is no file ${file('none.ts')}.`],
  [
    ['verify', '--backend', 'cpu', '--import', file('plain.mjs'), '--algorithm', 'mine'],
    2,
    "convgrad: verify: unknown algorithm 'mine'; use implicitGemm, im2col, winograd, winograd4, fft, transposed, depthwise, direct, plain, imported, imported-gradient.",
  ],
  [
    ['verify', '--backend', 'cpu', '--import', file('nothing.ts')],
    2,
    `convgrad: --import: ${file('nothing.ts')} brings nothing to verify; export default an algorithm such as {name, backpropFilter(info, x, dy, dFilter) {…}}, or a function (tf) => void that registers kernels or gradients. It may return a promise; what it registers after that has settled is not seen.`,
  ],
])('convgrad %j exits with %i and one line', async (args, code, line) => {
  expect(await start(...args).ended).toEqual({code, stdout: '', stderr: `${line}\n`});
});

test.each(['--json', '--junit', '--html'])('an unwritable %s is refused before the run', async (flag) => {
  const path = file('missing/out');
  const {code, stdout, stderr} = await start('verify', flag, path).ended;
  expect({code, stdout}).toEqual({code: 2, stdout: ''});
  expect(stderr).toMatch(/^convgrad: --(json|junit|html): .*out cannot be written: .*\n$/);
  expect(existsSync(path)).toBe(false);
});
