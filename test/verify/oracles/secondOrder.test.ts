import {secondOrderOracle} from '../../../src/verify/oracles/secondOrder.js';
import {ask, breakPass} from './ask.js';

test.each([
  ['backpropInput', 'backpropFilter', 'the derivative of dFilter by x'],
  ['backpropFilter', 'backpropInput', 'the derivative of dx by filter'],
  ['forward', 'backpropInput', 'the derivative of dx by dy'],
  ['forward', 'backpropFilter', 'the derivative of dFilter by dy'],
] as const)('a wrong %s fails in the second derivatives of %s', async (wrong, pass, says) => {
  breakPass(wrong, (right, info, a, b, out, engine) => {
    right(info, a, b, out, engine);
    out[0]! += 1;
  });
  expect(await ask(secondOrderOracle, 'broken', pass)).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining(says),
  });
});

test.each(['-nchw', '-p1-ceil', 'dh2dw1-same', 'sh2sw2dh2dw2-same'])('accepts %s', async (rest) => {
  const problem = `mb2ih6iw7ic2oc3kh3kw2${rest}`;
  for (const pass of ['backpropInput', 'backpropFilter'] as const) {
    expect(await ask(secondOrderOracle, 'direct', pass, {problem})).toEqual({status: 'passed'});
  }
});

test('throws if another algorithm serves a nested pass', async () => {
  const partly = {supports: () => true as const};
  await expect(ask(secondOrderOracle, 'transposed', 'backpropInput', {more: partly})).rejects.toThrow(
    /cpu\/transposed\/(forward|backpropFilter) should have served this pass/,
  );
});

test.each([
  ['an algorithm without all passes', 'transposed', {}, 'transposed does not compute forward here'],
  [
    'imported kernels',
    'direct',
    {imported: {run: <T>(_problem: unknown, _pass: unknown, fn: () => T) => fn()}},
    'only convgrad’s kernels and imported ones tell',
  ],
] as const)('skips %s', async (_, algorithm, more, reason) => {
  expect(await ask(secondOrderOracle, algorithm, 'backpropInput', {more})).toEqual({
    status: 'skipped',
    reason: expect.stringContaining(reason),
  });
});
