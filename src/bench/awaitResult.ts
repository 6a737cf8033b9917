import type {Tensor} from '@tensorflow/tfjs';
import {defaultTf as tf} from '../plugin/tfjs.js';
import {isGpu} from '../verify/reference/bound.js';
import type {Clock} from './clock.js';

/** The GPU backends that can be read without a turn of the event loop, which is faster. */
const synchronousReads: readonly string[] = ['webgl'];

/**
 * Waits until a tensor is computed. A GPU works asynchronously, so this reads one element, which arrives after all earlier work
 * is done.
 * @returns the milliseconds of the wait; 0 on backends that compute synchronously
 */
export async function awaitResult(tensor: Tensor, clock: Clock): Promise<number> {
  if (!isGpu(tf.getBackend())) return 0;
  const start = clock.now();
  const size = tensor.shape.map(() => 1);
  const element = tf.slice(
    tensor,
    tensor.shape.map(() => 0),
    size,
  );
  if (synchronousReads.includes(tf.getBackend())) element.dataSync();
  else await element.data();
  const milliseconds = clock.now() - start;
  element.dispose();
  return milliseconds;
}
