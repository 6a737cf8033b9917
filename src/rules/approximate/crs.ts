import type {Tensor1D} from '@tensorflow/tfjs-core';
import {ConvgradError} from '../../geometry/error.js';
import type {Rule} from '../rule.js';

/**
 * Column-row sampling along the batch: dFilter is a sum over examples, of which k are drawn.
 *
 *     dFilter = Σ_i backpropFilter(x_n(i), dy_n(i)) / (k·p_n(i)),     n(i) drawn with p_n ∝ ‖x_n‖·‖dy_n‖,  k = fraction · batch
 *
 * These probabilities have the least variance (Drineas, Kannan and Mahoney, 2006). In a dense layer the examples are the columns and rows
 * of the product. Changes dFilter, without bias; dX and dBias are exact. dFilter costs the fraction. No state.
 */
export const crs: Rule = {
  name: 'crs',
  title: 'Column-row sampling',
  source: 'https://arxiv.org/abs/1805.08079',
  isUnbiased: true,
  options: {fraction: 0.25},
  backpropFilter({tf, x, dy, exact, random}, {fraction}) {
    if (typeof fraction !== 'number' || !(fraction > 0 && fraction <= 1)) {
      throw new ConvgradError("rule 'crs'", `fraction must be above 0 and at most 1; got ${String(fraction)}.`);
    }
    const batch = x.shape[0];
    const count = Math.max(1, Math.round(fraction * batch));
    const squares = [x, dy].map((tensor) => tf.sum(tf.square(tf.reshape(tensor, [batch, -1])), 1));
    const norms = tf.sqrt(tf.mul(squares[0], squares[1]));
    const total = tf.sum(norms);
    // Example n is drawn where u·total falls between the sums of the norms before it and with it.
    const drawn = tf.mul(random.uniform([count, 1]), total);
    const passed = tf.sum(tf.cast(tf.lessEqual(tf.cumsum(norms), drawn), 'int32'), 1);
    const examples = tf.cast(tf.minimum(passed, tf.scalar(batch - 1, 'int32')), 'int32') as Tensor1D;
    const own = tf.gather(norms, examples);
    const weights = tf.where(tf.greater(own, 0), tf.div(total, tf.mul(own, count)), tf.zerosLike(own));
    const factors = tf.reshape(weights, [count, ...dy.shape.slice(1).map(() => 1)]);
    return exact.backpropFilter(tf.gather(x, examples), tf.mul(tf.gather(dy, examples), factors));
  },
};
