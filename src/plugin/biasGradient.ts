import type {Tensor} from '@tensorflow/tfjs-core';
import {toFloats} from './floatTensors.js';
import type {Tf} from './tfjs.js';

/** Sums dy to the shape of the bias. With NCHW, a bias vector lies along the channels. */
export function biasGradient(tf: Tf, dy: Tensor, shape: number[], dataFormat: unknown): Tensor {
  if (dy.size === 0) return tf.zeros(shape); // on wasm, tfjs does not write the sum of an empty tensor
  const alongChannels = dataFormat === 'NCHW' && shape.length === 1 && shape[0] !== 1;
  const axes = alongChannels ? [0, 2, 3] : tf.backend_util.getReductionAxes(shape, dy.shape);
  return tf.reshape(tf.sum(toFloats(tf, dy), axes), shape);
}
