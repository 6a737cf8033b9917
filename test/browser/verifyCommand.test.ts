import {readFileSync} from 'node:fs';
import type {VerifyReport} from '../../src/verify/index.js';
import {shell, start} from '../cli/command.js';
import {aliasModule} from '../support/aliasModule.js';
import {userFiles} from '../support/userFiles.js';

const file = userFiles({
  'uninstall.mjs': "import {uninstall} from 'tfjs-convgrad'; uninstall();",
  'alias.mjs': aliasModule('webgl'),
  // webgl's own dFilter, but of the first image of a batch only.
  'firstImage.mjs': `
    export default function (tf) {
      const ours = tf.getKernel('Conv2DBackpropFilter', 'webgl');
      if (!ours) return;
      tf.unregisterKernel('Conv2DBackpropFilter', 'webgl');
      tf.registerKernel({
        ...ours,
        kernelFunc({inputs: {x, dy}, attrs, backend}) {
          const slice = (t) => tf.getKernel('Slice', 'webgl').kernelFunc({
            inputs: {x: t}, attrs: {begin: [0, 0, 0, 0], size: [1, ...t.shape.slice(1)]}, backend,
          });
          const first = {x: slice(x), dy: slice(dy)};
          const dFilter = ours.kernelFunc({inputs: first, attrs, backend});
          for (const t of Object.values(first)) backend.disposeIntermediateTensorInfo(t);
          return dFilter;
        },
      });
    }`,
});
const problem = 'mb2ih5iw6ic2oc3kh3kw2sh2sw1dh1dw1-same-nhwc';
const webgl = ['verify', '--backend', 'webgl', '--problem', problem];

test('webgl is verified in a page', async () => {
  const json = file('good.json');
  const {code, stdout} = await start(...webgl, '--json', json).ended;
  expect({code, stdout}).toEqual({
    code: 0,
    stdout: expect.stringContaining('145 comparisons, 0 failed'),
  });
  const report = JSON.parse(readFileSync(json, 'utf8')) as VerifyReport;
  expect(report.environment).toMatchObject({node: process.version, backends: {webgl: {float32: true}}});
  expect(report.environment.backends.webgl!.renderer).not.toBe('');
  for (const algorithm of ['channelPacked', 'direct']) {
    const agreed = report.results.filter(
      (row) => row.algorithm === algorithm && row.oracle === 'reference' && row.status === 'passed',
    );
    expect(new Set(agreed.map(({pass}) => pass))).toEqual(new Set(['forward', 'backpropInput', 'backpropFilter']));
  }
});

test('--f16 verifies float16 textures against float16 bounds', async () => {
  const json = file('f16.json');
  const {code, stdout} = await start(...webgl, '--f16', '--details', '--json', json).ended;
  expect({code, stdout}).toEqual({code: 0, stdout: expect.stringContaining(' 0 failed')});
  for (const pass of ['forward', 'backpropInput', 'backpropFilter']) {
    expect(stdout).toMatch(
      new RegExp(
        `webgl channelPacked ${pass}: float16 ends at 65504; in 1 case, \\d+ results beyond it \\(up to \\S+\\) became \\w+, and none within it did`,
      ),
    );
  }
  const report = JSON.parse(readFileSync(json, 'utf8')) as VerifyReport;
  expect(report).toMatchObject({options: {f16: true}, environment: {backends: {webgl: {float32: false}}}});
  const {worst} = report.results.find(({oracle, fill}) => oracle === 'reference' && fill === 'reals')!;
  // Above the float32 bound, within the float16 bound.
  expect(worst!.error).toBeGreaterThan(2 ** -14);
  expect(worst!.error).toBeLessThanOrEqual(worst!.bound);
});

test.each([
  ['uninstall.mjs', [], 'install() is missing or was undone'],
  ['alias.mjs', ['--algorithm', 'direct', '--no-diagnosis'], 'cannot be compared with itself'],
])('importing %s exits with 1', async (name, more, says) => {
  const {code, stdout} = await start(...webgl, '--import', file(name), ...more).ended;
  expect({code, stdout}).toEqual({code: 1, stdout: expect.stringContaining(says)});
});

test('an imported kernel that is wrong for batches fails, and its replay line reproduces it', async () => {
  const {code, stdout} = await start(...webgl, '--import', file('firstImage.mjs')).ended;
  expect(code).toBe(1);
  const replay = stdout
    .split('\n')
    .find((line) => line.includes('--pass backpropFilter') && line.includes('--import'))!;
  const again = await shell(replay.slice(replay.indexOf('node ')));
  expect(again).toMatchObject({code: 1, stdout: expect.stringContaining('webgl imported dFilter is wrong')});
  // Slow, because both runs also diagnose, and the browser compiles for every shape.
});
