import {ConvgradError} from '../../geometry/error.js';
import type {Rule} from '../rule.js';

/**
 * Sketched dFilter: x is kept as r random combinations of the batch's examples, after XConv's randomised trace.
 *
 *     forwards: x̂_j = Σ_n z_jn·x_n          backwards: dŷ_j = Σ_n z_jn·dy_n          z_jn = ±1
 *     dFilter = Σ_j backpropFilter(x̂_j, dŷ_j) / r
 *
 * E[z_jn·z_jm] is 1 for n = m and 0 otherwise, so the mean is dFilter. XConv combines pixels too; this rule combines examples, because
 * then the exact pass serves as it is. Changes dFilter, without bias, and what is kept of x: r / batch of it. dX and dBias are exact.
 * dFilter costs r / batch, and two small products. No state.
 */
export const sketch: Rule = {
  name: 'sketch',
  title: 'Sketched dFilter',
  source: 'https://arxiv.org/abs/2106.06998',
  isUnbiased: true,
  options: {probes: 4},
  compress(x, {tf, random}, {probes}) {
    if (!Number.isInteger(probes) || (probes as number) < 1) {
      throw new ConvgradError("rule 'sketch'", `probes must be an integer from 1; got ${String(probes)}.`);
    }
    const z = random.signs([probes as number, x.shape[0]]);
    const combined = tf.matMul(z as never, tf.reshape(x, [x.shape[0], -1]) as never);
    return {z, combined: tf.reshape(combined, [probes as number, ...x.shape.slice(1)])};
  },
  backpropFilter({tf, dy, kept, exact}, {probes}) {
    const combined = tf.matMul(kept['z'] as never, tf.reshape(dy, [dy.shape[0], -1]) as never);
    const dySketch = tf.reshape(combined, [probes as number, ...dy.shape.slice(1)]);
    return tf.div(exact.backpropFilter(kept['combined'], dySketch), probes as number);
  },
};
