import type {Tensor} from '@tensorflow/tfjs-core';
import {ConvgradError} from '../../geometry/error.js';
import type {ActivationCall, Rule, RuleCall} from '../rule.js';

/**
 * Layer-wise relevance propagation: what goes back is relevance, and each layer hands on what it gets in proportion to its terms.
 *
 *     ε:    z = forward(x, W),  R_x = x · backpropInput(R / (z + ε·sign z), W)
 *     αβ:   R_x = α·Σ⁺ − β·Σ⁻,  β = α − 1; Σ⁺ the rule above over the positive terms x⁺W⁺ + x⁻W⁻, Σ⁻ over the negative ones
 *
 * Start from the relevance of an output, such as its logit (`relevance` does). Biases get no share. Activations hand relevance on
 * unchanged, average pools in proportion to their terms, and max pools to the largest. Changes dX, and the gradients of
 * activations and average pools; dFilter means nothing. Costs a forward pass more for ε, and six passes more for αβ. No state.
 */
export const lrp: Rule = {
  name: 'lrp',
  title: 'Layer-wise relevance propagation',
  source: 'https://doi.org/10.1371/journal.pone.0130140',
  options: {variant: 'epsilon', epsilon: 1e-6, alpha: 2},
  backpropInput(call, options) {
    const {tf, x, filter} = call;
    const {variant, alpha} = options as {variant: string; alpha: number};
    if (variant === 'epsilon') return share(call, [[x, filter]], options['epsilon'] as number);
    if (variant !== 'alphaBeta') {
      throw new ConvgradError("rule 'lrp'", `variant must be 'epsilon' or 'alphaBeta'; got '${variant}'.`);
    }
    const parts = (tensor: Tensor) => [tf.relu(tensor), tf.minimum(tensor, 0)];
    const [[xPlus, xMinus], [wPlus, wMinus]] = [parts(x), parts(filter)];
    const terms = (pairs: [Tensor, Tensor][]) => share(call, pairs, 0);
    const positive = terms([
      [xPlus, wPlus],
      [xMinus, wMinus],
    ]);
    const negative = terms([
      [xPlus, wMinus],
      [xMinus, wPlus],
    ]);
    return tf.sub(tf.mul(positive, alpha), tf.mul(negative, alpha - 1));
  },
  activations: {
    ...Object.fromEntries(
      ['Relu', 'Relu6', 'LeakyRelu', 'Elu', 'Sigmoid', 'Tanh', 'Softplus'].map((name) => [
        name,
        ({dy}: ActivationCall) => dy,
      ]),
    ),
    AvgPool: ({tf, x, y, dy, exact}) => tf.mul(x, exact(divide(tf, dy, y, 0))),
  },
};

/** Hands R = dy on in proportion to the terms of the sum of forward(x, W) over the pairs. */
function share({tf, dy, exact}: RuleCall, pairs: [Tensor, Tensor][], epsilon: number): Tensor {
  const z = tf.addN(pairs.map(([x, filter]) => exact.forward(x, filter)));
  const quotient = divide(tf, dy, z, epsilon);
  return tf.addN(pairs.map(([x, filter]) => tf.mul(x, exact.backpropInput(quotient, filter))));
}

/** R / (z + ε·sign z), and 0 where z is 0, because there is nothing to share out. */
function divide(tf: RuleCall['tf'], relevance: Tensor, z: Tensor, epsilon: number): Tensor {
  const isZero = tf.equal(z, 0);
  const denominator = tf.add(z, tf.mul(tf.sign(z), epsilon));
  return tf.where(isZero, tf.zerosLike(relevance), tf.div(relevance, tf.where(isZero, tf.onesLike(z), denominator)));
}
