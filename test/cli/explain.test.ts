import {readFileSync} from 'node:fs';
import {describeExplanation} from '../../src/cli/explain.js';
import {type Explanation, explain} from '../../src/plugin/explain.js';
import {userFiles} from '../support/userFiles.js';
import {start} from './command.js';

const file = userFiles({});
const problem = 'ih14iw14ic16oc32kh3kw3-same';
/** Removes predicted times, and sorts candidates, because both vary between runs. */
const timeless = (text: string) =>
  text
    .replace(/\([^(]* ms predicted\)/g, '(ms)')
    .replace(/(?<= not )[^:]*\(ms\)(?=: )/g, (names) => names.split(', ').sort().join(', '));

test('the text has shapes, pads, the choice, the losing candidates and tfjs alone', () => {
  const text = describeExplanation(explain(problem));
  expect(text).toContain('x [1, 14, 14, 16], filter [3, 3, 16, 32] → y [1, 14, 14, 32]\n');
  expect(text).toContain('pads: top 1, bottom 1, left 1, right 1\n');
  expect(text).toMatch(
    /\ncpu, engine '(fma|simd|js)'\n {2}forward: implicitGemm, first in order of preference that supports it\n/,
  );
  expect(text).toMatch(/\n {4}not (\w+(, |: )){4}later in order of preference\n/);
  expect(text).toMatch(/\n {4}not winograd4: it is less accurate .* install\({accuracy: 'fast'}\) permits it\n/);
  expect(text).toContain('    1.81 MFLOP, ');
  expect(text).toMatch(
    /\nwasm.*\n {2}forward: builtin, .* known to be faster here\n.*\n.* tfjs’s own kernel is known to be faster here\n/,
  );
  expect(text).toMatch(/\n {2}backpropInput: implicitGemm, .*\n.* workspace/);
  expect(text).toContain('tfjs alone: tfjs has no Conv2DBackpropFilter on wasm');
  expect(text).not.toContain('NCHW');
});

test('the text says whether bias and activation are in the same kernel, and why not', () => {
  const text = (activation: string) =>
    describeExplanation(explain(`ih28iw28ic16oc32kh3kw3-same-bias-${activation}`, {backends: ['cpu']}));
  expect(text('relu').match(/\n {4}bias and activation: .*/g)).toEqual([
    '\n    bias and activation: in the same kernel',
  ]);
  expect(text('elu')).toMatch(/\n {4}bias and activation: in other kernels; JavaScript's exp and that of vectors /);
});

test('the text says that NCHW tensors are transposed', () => {
  expect(describeExplanation(explain(`${problem}-nchw`))).toContain(
    '\nNCHW: each pass transposes x, y and their gradients',
  );
});

test('prints that text to stdout only, and writes the same as JSON', async () => {
  const json = file('explain.json');
  const ended = await start('explain', problem, '--backend', 'cpu,webgl', '--json', json).ended;
  const wanted = explain(problem, {backends: ['cpu', 'webgl']});
  const stdout = timeless(ended.stdout);
  expect({...ended, stdout}).toEqual({code: 0, stdout: timeless(`${describeExplanation(wanted)}\n`), stderr: ''});
  const written = JSON.parse(readFileSync(json, 'utf8')) as Explanation;
  expect(timeless(describeExplanation(written))).toBe(stdout.slice(0, -1));
});

test('a large problem goes to the lowest predicted time, fast algorithms included on request', async () => {
  const args = ['explain', 'ih28iw28ic16oc32kh3kw3-same', '--backend', 'cpu', '--accuracy', 'fast'];
  const {stdout} = await start(...args).ended;
  expect(timeless(stdout)).toMatch(/\n {2}forward: \w+ \(ms\), lowest predicted time\n/);
  expect(timeless(stdout)).toMatch(/\n {4}not (\w+ \(ms\)(, |: )){5}higher predicted time\n/);
});

test.each([
  [[], 2, 'missing required args'],
  [['ih7'], 2, "'ih7' lacks 'iw'"],
  [[problem, '--backend', 'abacus'], 2, "unknown backend 'abacus'; use cpu, wasm, webgl, webgpu"],
  [[problem, '--backend', 'tensorflow'], 3, "backend 'tensorflow' is not available"],
  [[problem, '--algorithm', 'magic'], 2, "unknown algorithm 'magic'"],
  [[problem, '--accuracy', 'sloppy'], 2, "unknown accuracy 'sloppy'; use standard, fast"],
  [[problem, '--json', '/'], 2, '--json: / cannot be written'],
])('%j exits with %i', async (args, code, message) => {
  const ended = await start('explain', ...args).ended;
  expect({code: ended.code, stderr: ended.stderr}).toEqual({code, stderr: expect.stringContaining(message)});
});
