import * as tf from '@tensorflow/tfjs-core';
import {loadEquipment} from '../backends/loadEquipment.js';
import type {Clock, TimedCall} from './clock.js';
import type {GpuTimes} from './result.js';
import {median} from './statistics.js';

/** The calls that are timed for one median. */
const calls = 3;

/**
 * Times calls of ours and of the built-in by the GPU's own clock, including the read of one element. @returns medians in
 * milliseconds, or the reason why there are none; undefined on backends without a GPU
 */
export async function gpuTimes(
  {ours, builtin}: {ours: TimedCall; builtin?: TimedCall | undefined},
  clock: Clock,
): Promise<GpuTimes | string | undefined> {
  const {deviceClock} = await loadEquipment(tf.getBackend());
  const device = deviceClock?.(tf.backend());
  if (device === undefined || typeof device === 'string') return device;
  const time = async (call: TimedCall) => {
    const times: number[] = [];
    for (let i = 0; i < calls; i++) {
      const milliseconds = await device(call, () => clock.nextTask());
      if (milliseconds !== undefined) times.push(milliseconds);
    }
    return times.length > 0 ? median(times) : undefined;
  };
  const counted = await time(ours);
  if (counted === undefined) return "the GPU's own clock gave no times: it was interrupted";
  return {ours: counted, builtin: builtin && (await time(builtin))};
}
