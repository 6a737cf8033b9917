import {finiteDifferencesOracle} from '../../../src/verify/oracles/finiteDifferences.js';
import {ask, breakPass} from './ask.js';

test.each(['backpropInput', 'backpropFilter'] as const)('rejects a %s with one element off by one', async (pass) => {
  breakPass(pass, (right, info, a, b, out, engine) => {
    right(info, a, b, out, engine);
    out[out.length - 1]! += 1;
  });
  expect(await ask(finiteDifferencesOracle, 'broken', pass)).toMatchObject({
    status: 'failed',
    reason: expect.stringMatching(/^the derivative along a random direction is -?\d+ and must be exactly -?\d+$/),
  });
});

test('reports NaN of the forward pass instead of a wrong derivative', async () => {
  breakPass('forward', (right, info, a, b, out, engine) => {
    right(info, a, b, out, engine);
    out[0] = Number.NaN;
  });
  expect(await ask(finiteDifferencesOracle, 'broken', 'forward')).toMatchObject({
    status: 'failed',
    reason: expect.stringMatching(
      /cannot be determined: what it is computed from holds NaN, although the inputs are finite$/,
    ),
  });
});

test('rejects a forward pass that is not linear', async () => {
  breakPass('forward', (right, info, a, b, out, engine) => {
    right(info, a, b, out, engine);
    out.forEach((value, i) => {
      out[i] = Math.max(0, value);
    });
  });
  expect(await ask(finiteDifferencesOracle, 'broken', 'forward')).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('f(v + d) − f(v)'),
  });
});

test('judges a gradient without a forward pass of its own against the definition', async () => {
  expect(await ask(finiteDifferencesOracle, 'transposed', 'backpropInput')).toEqual({status: 'passed'});
});

test('skips algorithms that are inexact on integers and problems without room for a change', async () => {
  expect(await ask(finiteDifferencesOracle, 'direct', 'backpropInput', {more: {headroom: 0}})).toEqual({
    status: 'skipped',
    reason: 'the algorithm is never exact on integers',
  });
  // Sums over 256 channels and 6 taps leave no room for a change below 2048.
  const full = {problem: 'ih4iw4ic256oc1kh2kw3', f16: true};
  expect(await ask(finiteDifferencesOracle, 'direct', 'backpropInput', full)).toEqual({
    status: 'skipped',
    reason: 'no change of the integers keeps every sum exact',
  });
});
