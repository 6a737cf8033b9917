import * as tf from '@tensorflow/tfjs';
import {gpuTimes} from '../../src/bench/gpuTime.js';
import {fakeClock} from './fakeClock.js';

/** Registers a fake GPU backend under the name of tfjs's. */
async function withBackend<T>(name: string, about: object, fn: () => Promise<T>): Promise<T> {
  const before = tf.getBackend();
  tf.registerBackend(name, () => Object.assign(new tf.KernelBackend(), {dispose: () => {}, ...about}));
  try {
    await tf.setBackend(name);
    return await fn();
  } finally {
    await tf.setBackend(before);
    tf.removeBackend(name);
  }
}

beforeAll(() => tf.setBackend('cpu'));
const clock = fakeClock();

test('a backend without a GPU has neither times nor a reason', async () => {
  expect(await gpuTimes({ours: () => 1}, clock)).toBeUndefined();
});

test('a webgpu time is the median of several awaited calls, without interrupted ones', async () => {
  const log: string[] = [];
  const counted = [7, 5, 6, 20, 0, 0];
  const backend = {
    supportTimestampQuery: true,
    async time(f: () => void) {
      f();
      log.push('counted');
      return {kernelMs: counted.shift()!};
    },
  };
  const call = (name: string) => async () => {
    await null;
    await null;
    log.push(name);
    return 99;
  };
  const times = await withBackend('webgpu', backend, () =>
    gpuTimes({ours: call('ours'), builtin: call('builtin')}, clock),
  );
  // A time of 0 means that the query was interrupted.
  expect(times).toEqual({ours: 6, builtin: 20});
  expect(log.filter((one) => one === 'ours')).toHaveLength(3);
  expect(log.slice(0, 3)).toEqual(['counted', 'ours', 'counted']);
});

test('missing times come with a reason', async () => {
  const ours = () => {
    throw new Error('nothing is to be timed');
  };
  const ofWebgpu = await withBackend('webgpu', {supportTimestampQuery: false}, () => gpuTimes({ours}, clock));
  expect(ofWebgpu).toMatch(/no 'timestamp-query'/);
  const gl = {getExtension: () => null};
  expect(await withBackend('webgl', {gpgpu: {gl}}, () => gpuTimes({ours}, clock))).toMatch(/no EXT_disjoint_timer/);
  const time = async (f: () => void) => {
    f();
    return {kernelMs: 0};
  };
  const interrupted = {supportTimestampQuery: true, time};
  const none = await withBackend('webgpu', interrupted, () => gpuTimes({ours: () => 1}, clock));
  expect(none).toMatch(/interrupted/);
});
