import {direct} from '../../../src/algorithms/direct.js';
import {adjointOracle} from '../../../src/verify/oracles/adjoint.js';
import {ask, breakPass} from './ask.js';

describe.each(['integers', 'reals'] as const)('on %s', (fill) => {
  test.each(['backpropInput', 'backpropFilter'] as const)('rejects a %s that is 0.1%% off', async (pass) => {
    breakPass(pass, (right, info, a, b, out, engine) => {
      right(info, a, b, out, engine);
      out.forEach((value, i) => {
        out[i] = value * 1.001;
      });
    });
    expect((await ask(adjointOracle, 'broken', pass, {fill})).status).toBe('failed');
  });

  test('accepts rounding and reports its share of the bound', async () => {
    const {status, worst} = await ask(adjointOracle, 'im2col', 'backpropFilter', {fill});
    expect(status).toBe('passed');
    expect(worst!.error).toBeLessThanOrEqual(worst!.bound);
    expect(worst!.bound > 0).toBe(fill === 'reals');
  });
});

test('misses a mistake that the forward and backward passes share', async () => {
  // Every filter read as if it were flipped by 180°.
  const flipped = (filter: Float32Array, taps: number) => {
    const size = filter.length / taps;
    return filter.map((_, i) => filter[(taps - 1 - Math.floor(i / size)) * size + (i % size)]!);
  };
  breakPass('backpropInput', (right, info, a, b, out, engine) => right(info, a, flipped(b, 6), out, engine), {
    forward: (info, x, filter, y, engine) => direct.forward!(info, x, flipped(filter, 6), y, engine),
  });
  expect((await ask(adjointOracle, 'broken', 'backpropInput', {fill: 'integers'})).status).toBe('passed');
});

test('skips integers that are not exact', async () => {
  expect((await ask(adjointOracle, 'direct', 'backpropInput', {fill: 'integers', more: {headroom: 0}})).status).toBe(
    'skipped',
  );
});
