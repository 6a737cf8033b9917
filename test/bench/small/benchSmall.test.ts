import * as tf from '@tensorflow/tfjs';
import {benchSmall} from '../../../src/bench/small/benchSmall.js';
import {smallCalls} from '../../../src/bench/small/smallCalls.js';
import {isOurs} from '../../../src/plugin/kernels.js';
import {fakeClock} from '../fakeClock.js';

beforeAll(() => tf.setBackend('cpu'));

const isInstalled = () => isOurs(tf.getKernel('Conv2D', 'cpu')?.kernelFunc);

it('alternates convgrad with tfjs and reports the overhead of a call', async () => {
  const clock = fakeClock();
  const seen: boolean[] = [];
  const call = {
    name: 'a call',
    prepare: () => ({
      call() {
        seen.push(isInstalled());
        clock.pass(isInstalled() ? 0.03 : 0.02);
        return tf.scalar(1);
      },
      dispose() {},
    }),
  };
  const before = tf.memory().numTensors;
  const [result] = await benchSmall({rounds: 3}, clock, [call]);
  expect(result).toMatchObject({name: 'a call', backend: 'cpu'});
  expect(result!.ours).toBeCloseTo(30);
  expect(result!.builtin).toBeCloseTo(20);
  expect(result!.overhead).toBeCloseTo(10);
  expect(result!.speedup).toBeCloseTo(2 / 3);
  expect(new Set(seen)).toEqual(new Set([true, false]));
  expect(isInstalled()).toBe(false);
  expect(tf.memory().numTensors).toBe(before);
});

it.each(smallCalls.map((call) => [call.name, call] as const))('%s runs and leaks no tensor', (_, {prepare}) => {
  const before = tf.memory().numTensors;
  const {call, dispose} = prepare();
  const result = call();
  expect(result.rank).toBe(4);
  result.dispose();
  dispose();
  expect(tf.memory().numTensors).toBe(before);
});
