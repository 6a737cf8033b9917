import type {Rule, RuleCall} from '../rule.js';
import {randomFeedback} from './initialise.js';

/**
 * Weight mirror: now and then, the layer is fed noise, and B learns from how inputs and outputs go together.
 *
 *     dX = backpropInput(dy, B)
 *     every k steps:  n ~ N(0, 1) in x's shape,  B ← (1 − λ)·B + λ·backpropFilter(n, forward(n, W)) / p,  p = elements of y ÷ outputs
 *
 * The mean of backpropFilter(n, forward(n, W)) is W times the number of places that each weight multiplies: p, or fewer where
 * pads are. Changes dX. dFilter and dBias are exact for the dy that arrives. Every k-th step costs two passes more. State: B, in the
 * filter's shape.
 */
export const wm: Rule = {
  name: 'wm',
  title: 'Weight mirror',
  source: 'https://arxiv.org/abs/1904.05391',
  options: {rate: 0.1, every: 1},
  createState: (call) => ({B: randomFeedback(call)}),
  backpropInput(call, options) {
    const {tf, dy, state, exact, filter, random, step} = call;
    const {rate, every} = options as {rate: number; every: number};
    if (step % every === 0) {
      const noise = random.normal(call.x.shape);
      const y = exact.forward(noise, filter);
      const mirrored = tf.mul(exact.backpropFilter(noise, y), channelsOf(call) / y.size);
      call.setState({B: tf.add(tf.mul(state['B'], 1 - rate), tf.mul(mirrored, rate))});
    }
    return exact.backpropInput(dy, call.state['B']);
  },
};

/** The number of channels of y. */
function channelsOf({kind, filter}: RuleCall): number {
  const [inputs, outputs] = filter.shape.slice(-2);
  if (kind === 'depthwise') return inputs * outputs;
  return kind === 'transposed' ? inputs : outputs;
}
