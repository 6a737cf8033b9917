import type {NamedTensorMap, Scalar, Tensor, Variable} from '@tensorflow/tfjs-core';
import {refuseUnknown} from '../../geometry/didYouMean.js';
import {ConvgradError} from '../../geometry/error.js';
import {requireReads} from '../requireReads.js';
import type {BiasCall, Rule} from '../rule.js';
import {defaultTf, type Tf} from '../tfjs.js';
import {withRule} from '../withRule.js';
import {perSampleFilter} from './perSampleFilter.js';

/** The gradients of each example. */
export type PerSampleGradients = {
  value: Scalar;
  /** By the name of the variable: [batch, …shape of the variable]. Their sum over the batch is the variable's gradient. */
  grads: NamedTensorMap;
};

/**
 * Computes the gradients of each example of a batch, in one backward pass and without a loop over the examples. (After Opacus and
 * BackPACK: https://arxiv.org/abs/1912.10985.)
 *
 * It serves variables that are filters of convolutions, weights of dense layers, or biases. The examples are the first dimension.
 *
 * @param f computes the loss; if it is a mean over the examples, each example's gradient has the factor 1 / batch
 * @param variables by default, all that are trainable
 * @returns tensors that the caller disposes of
 * @throws ConvgradError if the loss depends on a variable in another way, such as the scale of batch normalisation
 */
export function perSampleGradients(
  f: () => Scalar,
  variables?: readonly Variable[],
  options: {tf?: Tf} = {},
): PerSampleGradients {
  refuseUnknown('perSampleGradients', options, ['tf']);
  const {tf = defaultTf} = options;
  requireReads('perSampleGradients', tf);
  return tf.tidy(() => {
    const recorded: {name: string; gradients: Tensor}[] = [];
    // They must outlive the backward pass, which frees what is made in it.
    const record = (name: string, gradients: Tensor) => recorded.push({name, gradients: tf.keep(gradients)});
    const recorder: Rule = {
      name: 'per-sample',
      backpropFilter(call) {
        if (call.variable !== undefined) record(call.variable, perSampleFilter(call));
        return call.exact.backpropFilter(call.x, call.dy);
      },
      backpropBias(call) {
        record(call.variable, perSampleBias(call));
        return call.exact();
      },
    };
    const {value, grads} = withRule(recorder, () => tf.variableGrads(f, variables && [...variables]), {
      tf,
    }) as unknown as PerSampleGradients;
    const byName = tf.engine().registeredVariables;
    const eachOf = (name: string): Tensor | undefined => {
      const own = recorded.filter((one) => one.name === name).map(({gradients}) => gradients);
      return own.length === 0 ? undefined : tf.reshape(tf.addN(own), [own[0].shape[0], ...byName[name].shape]);
    };
    const each = Object.entries(grads).map(([name, gradient]): [string, Tensor] => {
      const own = eachOf(name);
      if (own && agree(tf, tf.sum(own, 0), gradient)) return [name, own];
      throw new ConvgradError(
        'perSampleGradients',
        `the loss depends on variable '${name}' in a way that has no gradient for each example; ` +
          'it serves filters of convolutions, weights of dense layers, and biases.',
      );
    });
    for (const {gradients} of recorded) gradients.dispose();
    return {value, grads: Object.fromEntries(each)};
  }) as unknown as PerSampleGradients;
}

/** Sums dy of each example to the shape of the bias: [batch, …bias]. */
function perSampleBias({tf, dy, shape, dataFormat}: BiasCall): Tensor {
  const batch = dy.shape[0];
  const channels = shape[shape.length - 1];
  if (dataFormat === 'NCHW') return tf.sum(tf.reshape(dy, [batch, channels, -1]), 2);
  return tf.sum(tf.reshape(dy, [batch, -1, channels]), 1);
}

/** Whether two tensors are equal up to the rounding of their sums. */
function agree(tf: Tf, a: Tensor, b: Tensor): boolean {
  const [difference, size] = [tf.max(tf.abs(tf.sub(a, b))), tf.max(tf.abs(b))].map((value) => value.dataSync()[0]);
  return difference <= 1e-3 * size;
}
