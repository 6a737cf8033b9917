import {ConvgradError} from '../../geometry/error.js';
import type {Rule} from '../rule.js';

/**
 * Column-row sampling along the batch: dFilter is a sum over examples, of which k are drawn.
 *
 *     dFilter = Σ_i backpropFilter(x_n(i), dy_n(i)) / (k·p_n(i)),     n(i) drawn with p_n ∝ ‖x_n‖·‖dy_n‖,  k = fraction · batch
 *
 * These probabilities have the least variance (Drineas, Kannan and Mahoney, 2006). In a dense layer the examples are the columns and rows
 * of the product. Changes dFilter, without bias; dX and dBias are exact. dFilter costs the fraction, and the norms are read back
 * from the device. No state.
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
    const norms = tf.sqrt(tf.mul(squares[0], squares[1])).dataSync<'float32'>();
    const total = norms.reduce((sum, norm) => sum + norm, 0);
    if (total === 0) return exact.backpropFilter(x, dy);
    const drawn = random.indices(count, norms);
    const weights = drawn.map((n) => total / (count * norms[n]));
    const factors = tf.tensor(weights, [count, ...dy.shape.slice(1).map(() => 1)]);
    return exact.backpropFilter(tf.gather(x, drawn), tf.mul(tf.gather(dy, drawn), factors));
  },
};
