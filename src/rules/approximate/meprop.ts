import type {Tensor} from '@tensorflow/tfjs-core';
import {ConvgradError} from '../../geometry/error.js';
import type {Rule, RuleCall, RuleOptions} from '../rule.js';

/** Keeps the largest values of dy in each example, and sets the others to zero. Equal values at the limit are all kept. */
function largest({tf, dy}: RuleCall, {keep}: RuleOptions): Tensor {
  if (typeof keep !== 'number' || !(keep > 0 && keep <= 1)) {
    throw new ConvgradError("rule 'meprop'", `keep must be a fraction above 0 and at most 1; got ${String(keep)}.`);
  }
  const batch = dy.shape[0];
  const size = dy.size / batch;
  const sizes = tf.reshape(tf.abs(dy), [batch, size]);
  const {values} = tf.topk(sizes, Math.max(1, Math.round(keep * size)));
  const limits = tf.reshape(tf.min(values, 1), [batch, ...dy.shape.slice(1).map(() => 1)]);
  return tf.where(tf.greaterEqual(tf.abs(dy), limits), dy, tf.zerosLike(dy));
}

/**
 * meProp: only the largest values of dy go back.
 *
 *     dX = backpropInput(top(dy), W)     dFilter = backpropFilter(x, top(dy))     top: the fraction `keep` of each example
 *
 * Changes dX and dFilter, with a bias; dBias is exact. The passes stay dense, so nothing is saved in time: a sort of dy comes on
 * top. No state.
 */
export const meprop: Rule = {
  name: 'meprop',
  title: 'meProp: the largest values of dy only',
  source: 'https://arxiv.org/abs/1706.06197',
  options: {keep: 0.1},
  backpropInput: (call, options) => call.exact.backpropInput(largest(call, options), call.filter),
  backpropFilter: (call, options) => call.exact.backpropFilter(call.x, largest(call, options)),
};
