import {readFileSync} from 'node:fs';
import type {VerifyReport} from '../../src/verify/index.js';
import {userFiles} from '../support/userFiles.js';
import {start} from './command.js';

const afterThirty = (what: string) => `
  import * as tf from '@tensorflow/tfjs';
  const right = tf.getKernel('Conv2D', 'cpu');
  let calls = 0;
  tf.unregisterKernel('Conv2D', 'cpu');
  tf.registerKernel({...right, kernelFunc: (call) => {
    if (++calls > 30) ${what}
    return right.kernelFunc(call);
  }});`;

const file = userFiles({
  'exit.ts': 'process.exit(0);',
  'endless.ts': 'for (;;);',
  'exit in kernel.ts': afterThirty('process.exit(0);'),
  'endless in kernel.ts': afterThirty("{ console.log('in a loop'); for (;;); }"),
  'rejects.ts': afterThirty("Promise.reject(new Error('\\u001b[31mevil\\u0007'));"),
  'aborts.ts': afterThirty('process.abort();'),
  'prints.ts': `console.log('\\u001b[2Jhello'); process.send?.('to nobody'); ${afterThirty('{}')}`,
  'later.ts': afterThirty(
    "if (calls === 31) tf.registerKernel({kernelName: 'Late', backendName: 'cpu', kernelFunc() {}});",
  ),
});

const quick = ['--backend', 'cpu', '--cases', '1', '--oracle', 'reference', '--fill', 'integers', '--no-regressions'];
const run = (name: string, ...more: string[]) => start('verify', ...quick, '--import', file(name), ...more);
const readReport = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as VerifyReport;

/** Waits until the stderr of a process contains a text. */
function said(child: ReturnType<typeof start>['child'], text: string): Promise<void> {
  return new Promise((resolve) => child.stderr!.on('data', (chunk) => String(chunk).includes(text) && resolve()));
}

test.each([
  ['exit.ts', [], /exit\.ts ended the process \(exit code 0\) while .*exit\.ts was loaded\.\n$/],
  [
    'endless.ts',
    ['--limit', '1'],
    /no sign of life for 1 s \(raise this with --limit\) while .*endless\.ts was loaded, so convgrad/,
  ],
])('%s while it loads exits with 2 and one line', async (name, more, line) => {
  expect(await run(name, ...more).ended).toEqual({code: 2, stdout: '', stderr: expect.stringMatching(line)});
});

const running = 'while cpu/imported ran forward of mb';

test.each([
  ['exit in kernel.ts', [], `ended the process (exit code 0) ${running}`],
  ['endless in kernel.ts', ['--limit', '15'], `no sign of life for 15 s (raise this with --limit) ${running}`],
  ['rejects.ts', [], `crashed (\\x1b[31mevil\\x07) ${running}`],
  ['aborts.ts', [], `was killed by SIGABRT ${running}`],
])('%s during a problem exits with 1, names the problem and keeps the report', async (name, more, line) => {
  const json = file(`${name}.json`);
  const {code, stdout, stderr} = await run(name, '--json', json, ...more).ended;
  expect({code, stderr}).toEqual({code: 1, stderr: expect.stringContaining(line)});
  expect(stdout).toMatch(/^interrupted: .*, 3[0-9] comparisons, 0 failed/);
  const {interrupted, summary} = readReport(json);
  expect({interrupted, some: summary.passed >= 30}).toEqual({interrupted: true, some: true});
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends an endless loop and keeps the report', async (signal) => {
  const json = file(`${signal}.json`);
  const {child, ended} = run('endless in kernel.ts', '--json', json);
  await said(child, 'in a loop');
  child.kill(signal);
  const {code, stderr} = await ended;
  expect({code, stderr}).toEqual({code: 130, stderr: expect.stringContaining(`an interrupt came ${running}`)});
  expect(readReport(json)).toMatchObject({interrupted: true, summary: {passed: 30}});
});

test('output of a module goes to stderr, with control characters escaped', async () => {
  const {code, stdout, stderr} = await run('prints.ts').ended;
  expect(code).toBe(0);
  expect(stderr).toContain('\\x1b[2Jhello\n');
  expect(stdout).not.toContain('hello');
});

test('a late registration is reported and exits with 2', async () => {
  expect(await run('later.ts').ended).toMatchObject({
    code: 2,
    stdout: expect.stringContaining(
      'registered after the module had loaded, so not judged: Late on cpu; await the registration',
    ),
  });
});

test.each(['0', 'soon'])('--limit %s is refused', async (limit) => {
  expect(await run('exit.ts', '--limit', limit).ended).toMatchObject({
    code: 2,
    stderr: `convgrad: --limit: must be a number of seconds above 0; got '${limit}'.\n`,
  });
});
