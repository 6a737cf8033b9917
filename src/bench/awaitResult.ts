import type {Tensor} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {backendNamed, isGpu} from '../backends/index.js';
import type {Clock} from './clock.js';

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
  // A read without a turn of the event loop is faster.
  if (backendNamed(tf.getBackend())?.reads === 'dataSync') element.dataSync();
  else await element.data();
  const milliseconds = clock.now() - start;
  element.dispose();
  return milliseconds;
}
