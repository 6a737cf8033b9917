import * as tf from '@tensorflow/tfjs';
import {realClock} from '../../src/bench/clock.js';
import {fitBuiltin, largestAffordable} from '../../src/bench/fitBuiltin.js';
import {operations} from '../../src/bench/reduceProblem.js';
import {type Problem, parseProblem} from '../../src/geometry/problem.js';
import {install, uninstall} from '../../src/plugin/install.js';

const large = parseProblem('mb8ih64iw64ic64oc64kh3kw3-same');
const at = (gflops: number) => (reduced: Problem) => operations(reduced) / gflops / 1e6;

test.each([0.015, 0.3, 1])(
  'at %d GFLOP/s the reduced problem takes most of the available time, and no more',
  async (gflops) => {
    const time = at(gflops);
    const reduced = await largestAffordable(large, time, 50);
    expect(time(reduced)).toBeLessThanOrEqual(50);
    expect(time(reduced)).toBeGreaterThan(25);
  },
);

test('a problem that is fast enough or already small is not reduced', async () => {
  expect(await largestAffordable(large, at(1000), 50)).toBe(large);
  const small = parseProblem('ih4iw4ic1oc1kh3kw3');
  expect(await largestAffordable(small, at(1e-9), 50)).toBe(small);
});

describe('on cpu', () => {
  beforeAll(() => tf.setBackend('cpu'));
  beforeEach(() => void install());
  afterEach(uninstall);

  test('the built-in runs a small problem in full and its tensors are disposed', async () => {
    const before = tf.memory().numTensors;
    const fitted = await fitBuiltin(parseProblem('ih6iw6ic2oc3kh3kw3'), 'cpu', 'backpropFilter', 1, realClock);
    if (!('call' in fitted)) throw new Error(fitted.reason);
    expect(fitted.scaled).toBeUndefined();
    expect(await fitted.call()).toBeGreaterThan(0);
    fitted.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a built-in that throws leaves its reason', async () => {
    const dilated = parseProblem('ih9iw9ic2oc3kh3kw3dh2dw2-same');
    expect(await fitBuiltin(dilated, 'cpu', 'backpropInput', 1, realClock)).toEqual({
      reason: expect.stringContaining('dilation above 1'),
    });
  });
});
