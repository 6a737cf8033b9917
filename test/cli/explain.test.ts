import {readFileSync} from 'node:fs';
import {describeExplanation} from '../../src/cli/explain.js';
import {explain} from '../../src/plugin/explain.js';
import {userFiles} from '../support/userFiles.js';
import {start} from './command.js';

const file = userFiles({});
const problem = 'ih28iw28ic16oc32kh3kw3-same';

test('the text has geometry, the choice, the candidates that lost, and tfjs alone', () => {
  const text = describeExplanation(explain(problem));
  expect(text).toContain('x [1, 28, 28, 16], filter [3, 3, 16, 32] → y [1, 28, 28, 32]\n');
  expect(text).toContain('pads: top 1, bottom 1, left 1, right 1\n');
  expect(text).toMatch(/\ncpu, on the engine '(fma|simd|js)'\n {2}forward: gather, first in the order of preference/);
  expect(text).toContain('    not im2col, winograd, winograd4, direct: later in the order of preference\n');
  expect(text).toContain('    7.23 MFLOP, ');
  expect(text).toMatch(/\nwasm.*\n {2}forward: gather, .*\n.* workspace/);
  expect(text).toContain('tfjs alone: tfjs has no Conv2DBackpropFilter on wasm');
  expect(text).not.toContain('NCHW');
});

test('NCHW is said to be transposed', () => {
  expect(describeExplanation(explain(`${problem}-nchw`))).toContain('\nNCHW: x, y and their gradients are transposed');
});

test('prints the same, quietly, and writes it as JSON', async () => {
  const json = file('explain.json');
  const ended = await start('explain', problem, '--backend', 'cpu,webgl', '--json', json).ended;
  const wanted = explain(problem, {backends: ['cpu', 'webgl']});
  expect(ended).toEqual({code: 0, stdout: `${describeExplanation(wanted)}\n`, stderr: ''});
  expect(JSON.parse(readFileSync(json, 'utf8'))).toEqual(wanted);
});

test.each([
  [[], 2, 'missing required args'],
  [['ih7'], 2, "'ih7' lacks 'iw'"],
  [[problem, '--backend', 'abacus'], 2, "unknown backend 'abacus'; use cpu, wasm, webgl"],
  [[problem, '--backend', 'webgpu'], 3, "backend 'webgpu' is not available"],
  [[problem, '--algorithm', 'magic'], 2, "unknown algorithm 'magic'"],
  [[problem, '--json', '/'], 2, '--json: / cannot be written'],
])('%j ends with %i', async (args, code, message) => {
  const ended = await start('explain', ...args).ended;
  expect({code: ended.code, stderr: ended.stderr}).toEqual({code, stderr: expect.stringContaining(message)});
});
