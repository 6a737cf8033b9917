import type {Rule} from '../rule.js';
import {randomFeedback} from './initialise.js';

/**
 * Kolen and Pollack's feedback: B learns from the same updates as W, and both decay, so their difference vanishes without any
 * transport of weights.
 *
 *     dX = backpropInput(dy, B)          dFilter = g + λ·W,     g = backpropFilter(x, dy)
 *     v ← μ·v + g + λ·B                  B ← B − η·v
 *
 * η (`learningRate`), μ (`momentum`) and λ (`decay`) must be those with which the optimizer trains W: SGD without momentum for
 * μ = 0. The rule adds λ·W to W's gradient itself, so the model needs no regularizer. Changes dX and dFilter; dBias is exact.
 * Costs four passes over the filter more. State: B, and v with momentum, in the filter's shape.
 */
export const kp: Rule = {
  name: 'kp',
  title: 'Kolen-Pollack feedback',
  source: 'https://arxiv.org/abs/1904.05391',
  options: {learningRate: 0.01, momentum: 0, decay: 1e-3},
  createState: (call, {momentum}) => ({
    B: randomFeedback(call),
    ...(momentum === 0 ? {} : {v: call.tf.zerosLike(call.filter)}),
  }),
  backpropInput: ({dy, state, exact}) => exact.backpropInput(dy, state['B']),
  backpropFilter(call, options) {
    const {tf, x, dy, filter, state, exact} = call;
    const {learningRate, momentum, decay} = options as {learningRate: number; momentum: number; decay: number};
    const g = exact.backpropFilter(x, dy);
    const gradientOfB = tf.add(g, tf.mul(state['B'], decay));
    const v = state['v'] ? tf.add(tf.mul(state['v'], momentum), gradientOfB) : gradientOfB;
    call.setState({B: tf.sub(state['B'], tf.mul(v, learningRate)), ...(state['v'] ? {v} : {})});
    return tf.add(g, tf.mul(filter, decay));
  },
};
