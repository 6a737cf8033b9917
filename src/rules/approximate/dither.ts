import type {Tensor} from '@tensorflow/tfjs-core';
import {ConvgradError} from '../../geometry/error.js';
import type {Rule, RuleCall, RuleOptions} from '../rule.js';

/** Rounds dy to 2^(bits−1) − 1 steps on each side of zero, up or down at random so that the mean is dy. */
function dithered({tf, dy, random}: RuleCall, {bits}: RuleOptions): Tensor {
  if (!Number.isInteger(bits) || (bits as number) < 2 || (bits as number) > 16) {
    throw new ConvgradError("rule 'dither'", `bits must be an integer from 2 to 16; got ${String(bits)}.`);
  }
  const steps = 2 ** ((bits as number) - 1) - 1;
  const largest = tf.max(tf.abs(dy));
  const step = tf.where(tf.greater(largest, 0), tf.div(largest, steps), tf.onesLike(largest));
  return tf.mul(tf.floor(tf.add(tf.div(dy, step), random.uniform(dy.shape))), step);
}

/**
 * Dithered backpropagation: dy is rounded stochastically to few bits.
 *
 *     dX = backpropInput(q(dy), W)     dFilter = backpropFilter(x, q(dy))     q(v) = s·⌊v/s + u⌋,  u ~ U[0, 1),  s = max|dy| / (2^(bits−1) − 1)
 *
 * Changes dX and dFilter, without bias, with two independent draws; dBias is exact. Costs two draws of the size of dy. No state.
 */
export const dither: Rule = {
  name: 'dither',
  title: 'Dithered backpropagation: dy in few bits',
  source: 'https://arxiv.org/abs/2004.04729',
  isUnbiased: true,
  options: {bits: 4},
  backpropInput: (call, options) => call.exact.backpropInput(dithered(call, options), call.filter),
  backpropFilter: (call, options) => call.exact.backpropFilter(call.x, dithered(call, options)),
};
