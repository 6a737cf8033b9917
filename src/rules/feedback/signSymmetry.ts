import type {Tensor} from '@tensorflow/tfjs-core';
import type {Rule, RuleCall} from '../rule.js';
import {randomFeedback, xavierDeviation} from './initialise.js';

const source = 'https://arxiv.org/abs/1510.05067';

/** The signs of the filter with other magnitudes. */
function withMagnitude({tf, dy, filter, exact}: RuleCall, magnitude: Tensor | number): Tensor {
  return exact.backpropInput(dy, tf.mul(tf.sign(filter), magnitude));
}

/**
 * Uniform sign-concordant feedback.
 *
 *     dX = backpropInput(dy, σ·sign(W))     σ: Xavier's standard deviation
 *
 * Changes dX. dFilter and dBias are exact for the dy that arrives. Costs one pass over the filter more. No state.
 */
export const usf: Rule = {
  name: 'usf',
  title: 'Uniform sign-concordant feedback',
  source,
  backpropInput: (call) => withMagnitude(call, xavierDeviation(call)),
};

/**
 * Batchwise random-magnitude sign-concordant feedback.
 *
 *     dX = backpropInput(dy, |M|∘sign(W))     M ~ N(0, Xavier), drawn for each batch
 *
 * Changes dX. dFilter and dBias are exact for the dy that arrives. Costs a draw of the filter's size. No state.
 */
export const brsf: Rule = {
  name: 'brsf',
  title: 'Batchwise random-magnitude sign-concordant feedback',
  source,
  backpropInput: (call) => withMagnitude(call, call.tf.abs(randomFeedback(call))),
};

/**
 * Fixed random-magnitude sign-concordant feedback.
 *
 *     dX = backpropInput(dy, |M|∘sign(W))     M ~ N(0, Xavier), fixed
 *
 * Changes dX. dFilter and dBias are exact for the dy that arrives. Costs one pass over the filter more. State: |M|, in the
 * filter's shape.
 */
export const frsf: Rule = {
  name: 'frsf',
  title: 'Fixed random-magnitude sign-concordant feedback',
  source,
  createState: (call) => ({M: call.tf.abs(randomFeedback(call))}),
  backpropInput: (call) => withMagnitude(call, call.state['M']),
};
