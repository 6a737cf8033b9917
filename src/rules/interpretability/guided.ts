import type {ActivationCall, Rule} from '../rule.js';

/** The activations that stop what is negative. */
const rectifiers = ['Relu', 'Relu6', 'LeakyRelu', 'Elu'] as const;

function forRectifiers(gradient: (call: ActivationCall) => ReturnType<ActivationCall['exact']>): Rule['activations'] {
  return Object.fromEntries(rectifiers.map((name) => [name, gradient]));
}

/**
 * Guided backpropagation: only what is positive goes back through a rectifier, and only where it was active.
 *
 *     relu: dX = dy·[dy > 0]·[x > 0]
 *
 * For pictures of what an output sees, not for training. Changes the gradients of relu, relu6, leaky relu and elu. No state.
 */
export const guided: Rule = {
  name: 'guided',
  title: 'Guided backpropagation',
  source: 'https://arxiv.org/abs/1412.6806',
  activations: forRectifiers(({tf, dy, exact}) => exact(tf.relu(dy))),
};

/**
 * The deconvolutional network's backward pass: only what is positive goes back through a rectifier, wherever it was active.
 *
 *     relu: dX = dy·[dy > 0]
 *
 * For pictures of what an output sees, not for training. Changes the gradients of relu, relu6, leaky relu and elu. No state.
 */
export const deconvnet: Rule = {
  name: 'deconvnet',
  title: 'Deconvolutional network',
  source: 'https://arxiv.org/abs/1311.2901',
  activations: forRectifiers(({tf, dy}) => tf.relu(dy)),
};
