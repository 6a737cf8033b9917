import {taylorOracle} from '../../../src/verify/oracles/taylor.js';
import {ask, breakPass} from './ask.js';

test.each(['backpropInput', 'backpropFilter'] as const)(
  'rejects a %s that is 1%% off and reports the rate',
  async (pass) => {
    breakPass(pass, (right, info, a, b, out, engine) => {
      right(info, a, b, out, engine);
      out.forEach((value, i) => {
        out[i] = value * 1.01;
      });
    });
    expect(await ask(taylorOracle, 'broken', pass)).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/remainder R\(1\), of rate \d\.\d\d where it must be 2,/),
    });
  },
);

test('accepts one gradient while the other is wrong', async () => {
  breakPass('backpropFilter', (_right, _info, _a, _b, out) => void out.fill(0));
  expect((await ask(taylorOracle, 'broken', 'backpropInput')).status).toBe('passed');
  expect((await ask(taylorOracle, 'broken', 'backpropFilter')).status).toBe('failed');
});

test.each(['implicitGemm', 'im2col', 'transposed', 'direct'])('%s stays below half the bound', async (algorithm) => {
  const {status, worst} = await ask(taylorOracle, algorithm, 'backpropInput');
  expect(status).toBe('passed');
  expect(worst!.error).toBeLessThan(worst!.bound / 2);
});

test('skips float16', async () => {
  expect(await ask(taylorOracle, 'direct', 'backpropInput', {f16: true})).toMatchObject({
    status: 'skipped',
    reason: expect.stringContaining('float16'),
  });
});
