import type {Tensor} from '@tensorflow/tfjs';
import {defaultTf as tf} from '../plugin/tfjs.js';
import {isGpu} from '../verify/reference/bound.js';
import type {Clock} from './clock.js';

/** Backends of GPUs that can be waited for without a turn of the event loop, which is shorter. */
const synchronousReads: readonly string[] = ['webgl'];

/**
 * Waits until a tensor is computed. A GPU works behind the program's back: one element is read back, which comes after all that was asked of it before.
 * @returns the milliseconds that took; 0 on backends that compute at once
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
