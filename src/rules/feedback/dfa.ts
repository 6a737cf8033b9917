import type {Tensor} from '@tensorflow/tfjs-core';
import type {Rule, RuleCall} from '../rule.js';

/** Projects a vector of each example, [batch, n], to the shape of x by the layer's fixed random matrix. */
function project(call: RuleCall, vectors: Tensor): Tensor {
  const {tf, x, state, random} = call;
  const [batch, size] = vectors.shape;
  const numbers = x.size / batch;
  if (!state['B']) call.setState({B: random.normal([size, numbers], Math.sqrt(2 / (size + numbers)))});
  return tf.reshape(tf.matMul(vectors as never, call.state['B'] as never), x.shape);
}

/** The error of each example as a vector. */
function errorOf({tf, error}: RuleCall): Tensor {
  return tf.reshape(error, [error.shape[0], -1]);
}

/**
 * Direct feedback alignment: each layer gets the global error through a matrix of its own.
 *
 *     dX = e·B     e: the gradient at the output of the network's last layer, B ~ N(0, Xavier), fixed
 *
 * What stands before the layer, such as an activation, goes on from this dX. Changes dX. dFilter and dBias are exact for the dy that
 * arrives. Costs a product [batch × size of e]·[size of e × size of x] instead of the pass. State: B.
 */
export const dfa: Rule = {
  name: 'dfa',
  title: 'Direct feedback alignment',
  source: 'https://arxiv.org/abs/1609.01596',
  backpropInput: (call) => project(call, errorOf(call)),
};

/**
 * Direct random target projection: each layer gets the target through a matrix of its own.
 *
 *     dX = −t·B / batch     t: 1 for the target class, 0 for the others
 *
 * The target class is where the global error is negative, as it is for cross-entropy over softmax or sigmoid. Changes dX. dFilter and dBias are exact for the
 * dy that arrives, which in the last layer is the error. Costs what `dfa` costs. State: B.
 */
export const drtp: Rule = {
  name: 'drtp',
  title: 'Direct random target projection',
  source: 'https://doi.org/10.3389/fnins.2021.629892',
  backpropInput(call) {
    const {tf} = call;
    const error = errorOf(call);
    return project(call, tf.div(tf.cast(tf.less(error, 0), 'float32'), -error.shape[0]));
  },
};
