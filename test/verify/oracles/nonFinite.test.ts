import {im2col} from '../../../src/algorithms/im2col.js';
import {nonFiniteOracle} from '../../../src/verify/oracles/nonFinite.js';
import {ask, breakPass} from './ask.js';

const padded = 'mb2ih5iw6ic2oc3kh3kw3sh2sw1-same';

test.each(['forward', 'backpropInput', 'backpropFilter'] as const)(
  'rejects a %s that skips zeros, and so 0·NaN',
  async (pass) => {
    breakPass(pass, (right, info, a, b, out, engine) => {
      const skip = (values: Float32Array, others: Float32Array) =>
        others.includes(0) ? values.map((value) => (Number.isFinite(value) ? value : 0)) : values;
      right(info, skip(a, b), skip(b, a), out, engine);
    });
    expect(await ask(nonFiniteOracle, 'broken', pass)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('although a term of it holds an Inf or NaN of'),
    });
  },
);

test.each(['taps', 'padded'] as const)("rejects a NaN that spreads everywhere, declared '%s'", async (footprint) => {
  breakPass(
    'forward',
    (right, info, a, b, out, engine) => {
      right(info, a, b, out, engine);
      if (out.some(Number.isNaN)) out.fill(Number.NaN);
    },
    {footprint},
  );
  expect(await ask(nonFiniteOracle, 'broken', 'forward', {problem: padded})).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining(`spreads beyond the declared footprint '${footprint}'`),
  });
});

test("accepts it when it is declared 'tile'", async () => {
  breakPass(
    'forward',
    (right, info, a, b, out, engine) => {
      right(info, a, b, out, engine);
      if (out.some(Number.isNaN)) out.fill(Number.NaN);
    },
    {footprint: 'tile'},
  );
  expect(await ask(nonFiniteOracle, 'broken', 'forward', {problem: padded})).toEqual({status: 'passed'});
});

test.each([
  ['padded', 'passed'],
  ['taps', 'failed'],
] as const)("multiplying with zeros of the border, declared '%s', has %s", async (footprint, status) => {
  breakPass('forward', (_right, ...args) => im2col.forward!(...args), {footprint});
  expect((await ask(nonFiniteOracle, 'broken', 'forward', {problem: 'ih3iw3ic1oc1kh3kw3-same'})).status).toBe(status);
});

test('cannot judge who declares no footprint, or has no data', async () => {
  expect((await ask(nonFiniteOracle, 'direct', 'forward', {more: {footprint: undefined}})).reason).toBe(
    'it declares no footprint',
  );
  expect((await ask(nonFiniteOracle, 'direct', 'forward', {problem: 'mb0ih3iw3ic1oc1kh2kw2'})).status).toBe('skipped');
});
