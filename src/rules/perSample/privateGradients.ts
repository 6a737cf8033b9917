import type {NamedTensorMap, Scalar, Tensor, Variable} from '@tensorflow/tfjs-core';
import {keysOf, refuseUnknown} from '../../geometry/didYouMean.js';
import {ConvgradError} from '../../geometry/error.js';
import {RandomTensors} from '../randomTensors.js';
import {defaultTf, type Tf} from '../tfjs.js';
import {perSampleGradients} from './perSampleGradients.js';

/** The settings of {@link privateGradients}. */
export interface PrivacyOptions {
  /** The largest norm of one example's gradient over all variables together. */
  clip: number;
  /** The noise's standard deviation as a multiple of `clip`. */
  noise: number;
  /** Change it from step to step: equal seeds draw equal noise. */
  seed: number;
  tf?: Tf;
}

/**
 * The gradients of DP-SGD (https://arxiv.org/abs/1607.00133): each example's gradient is clipped, and noise is added to their mean.
 *
 *     g = (Σ_n g_n · min(1, clip / ‖g_n‖) + N(0, (noise·clip)²)) / batch
 *
 * Give them to an optimizer's `applyGradients`. The noise comes from a generator that is not fit for cryptography: use this for
 * research, not to protect people's data.
 *
 * @param f computes the mean of the examples' losses
 * @throws ConvgradError on settings that are no numbers, and as {@link perSampleGradients} does
 */
export function privateGradients(
  f: () => Scalar,
  options: PrivacyOptions,
  variables?: readonly Variable[],
): {value: Scalar; grads: NamedTensorMap} {
  refuseUnknown('privateGradients', options, keysOf<PrivacyOptions>({clip: true, noise: true, seed: true, tf: true}));
  const {clip, noise, seed, tf = defaultTf} = options;
  for (const [name, value] of Object.entries({clip, noise})) {
    if (!(Number.isFinite(value) && value >= 0)) {
      throw new ConvgradError('privateGradients', `${name} must be a number ≥ 0; got ${String(value)}.`);
    }
  }
  return tf.tidy(() => {
    const {value, grads} = perSampleGradients(f, variables, {tf});
    const entries = Object.entries(grads);
    if (entries.length === 0) return {value, grads};
    const batch = entries[0][1].shape[0];
    // The loss is a mean, so that each example's gradient has the factor 1 / batch.
    const flat = (tensor: Tensor) => tf.mul(tf.reshape(tensor, [batch, -1]), batch);
    const squares = tf.addN(entries.map(([, tensor]) => tf.sum(tf.square(flat(tensor)), 1)));
    const factors = tf.reshape(tf.minimum(1, tf.div(clip, tf.maximum(tf.sqrt(squares), 1e-30))), [batch, 1]);
    const random = new RandomTensors(tf, `private ${seed}`);
    const clipped = entries.map(([name, tensor]) => {
      const sum = tf.sum(tf.mul(flat(tensor), factors), 0);
      const noisy = tf.add(sum, random.normal(sum.shape, noise * clip));
      return [name, tf.reshape(tf.div(noisy, batch), tensor.shape.slice(1))] as const;
    });
    return {value, grads: Object.fromEntries(clipped)};
  }) as unknown as {value: Scalar; grads: NamedTensorMap};
}
