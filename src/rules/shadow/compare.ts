import type {Tensor} from '@tensorflow/tfjs-core';
import type {Tf} from '../tfjs.js';

/** How one tensor compares with the exact one. All numbers are NaN where one of the two is zero. */
export type Comparison = {
  /** The angle between the two as vectors, in degrees. */
  angle: number;
  /** The norm of the one, divided by that of the exact one. */
  normRatio: number;
  /** The fraction of elements that have the same sign. */
  signAgreement: number;
};

export function compare(tf: Tf, own: Tensor, exact: Tensor): Comparison {
  const numbers = tf.tidy(() => {
    const [a, b] = [own, exact].map((tensor) => tf.reshape(tensor, [-1]));
    const [normA, normB] = [tf.norm(a), tf.norm(b)];
    const [unitA, unitB] = [tf.div(a, normA), tf.div(b, normB)];
    const same = tf.mean(tf.cast(tf.equal(tf.sign(a), tf.sign(b)), 'float32'));
    return tf.stack([normA, normB, tf.norm(tf.sub(unitA, unitB)), tf.norm(tf.add(unitA, unitB)), same]);
  });
  const [normA, normB, difference, sum, signAgreement] = numbers.dataSync();
  numbers.dispose();
  if (normA === 0 || normB === 0) return {angle: Number.NaN, normRatio: Number.NaN, signAgreement: Number.NaN};
  // Kahan's formula, which is accurate for small angles too.
  return {angle: (360 / Math.PI) * Math.atan2(difference, sum), normRatio: normA / normB, signAgreement};
}

/**
 * Linear centred kernel alignment of two tensors [batch, …]: 1 if they order the examples alike up to rotation and scale, near 0
 * if they have nothing in common (Kornblith et al., 2019, https://arxiv.org/abs/1905.00414).
 */
export function alignment(tf: Tf, own: Tensor, exact: Tensor): number {
  const numbers = tf.tidy(() => {
    const [k, l] = [own, exact].map((tensor) => {
      const rows = tf.reshape(tensor, [tensor.shape[0], -1]);
      const centred = tf.sub(rows, tf.mean(rows, 0, true));
      const scaled = tf.div(centred, tf.maximum(tf.max(tf.abs(centred)), 1e-30));
      return tf.matMul(scaled as never, scaled as never, false, true);
    });
    return tf.stack([tf.sum(tf.mul(k, l)), tf.norm(k), tf.norm(l)]);
  });
  const [product, normK, normL] = numbers.dataSync();
  numbers.dispose();
  return product / (normK * normL);
}
