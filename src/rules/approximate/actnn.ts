import type {Tensor} from '@tensorflow/tfjs-core';
import {ConvgradError} from '../../geometry/error.js';
import type {Rule} from '../rule.js';

/** How many codes of b bits one float32 holds: it has 24 bits of precision. */
function codesPerFloat(bits: unknown): number {
  if (Number.isInteger(bits) && (bits as number) >= 2 && (bits as number) <= 8)
    return Math.floor(24 / (bits as number));
  throw new ConvgradError("rule 'actnn'", `bits must be an integer from 2 to 8; got ${String(bits)}.`);
}

/**
 * Activation compressed training: x is kept in few bits.
 *
 *     q = ⌊(x − min)/s + u⌋,  u ~ U[0, 1),  s = (max − min) / (2^bits − 1),  min and max of each example
 *     dFilter = backpropFilter(min + s·q, dy)
 *
 * Stochastic rounding makes the mean of min + s·q equal to x, so dFilter has no bias. ⌊24 / bits⌋ codes share one float32, so 2 bits
 * take a twelfth of the memory and 8 bits a third, unless other ops keep x too. ActNN also chooses the bits of each example; here
 * they are the same. Changes what is kept of x, and so dFilter; dX and dBias are exact. Costs a draw and a few passes over x. No state.
 */
export const actnn: Rule = {
  name: 'actnn',
  title: 'Activation compressed training',
  source: 'https://arxiv.org/abs/2104.14129',
  isUnbiased: true,
  options: {bits: 2},
  compress(x, {tf, random}, {bits}) {
    const perFloat = codesPerFloat(bits);
    const rows = tf.reshape(x, [x.shape[0], -1]);
    const size = rows.shape[1] as number;
    const low = tf.min(rows, 1, true);
    const range = tf.sub(tf.max(rows, 1, true), low);
    const top = 2 ** (bits as number) - 1;
    const scale = tf.where(tf.greater(range, 0), tf.div(range, top), tf.onesLike(range));
    const codes = tf.minimum(tf.floor(tf.add(tf.div(tf.sub(rows, low), scale), random.uniform(rows.shape))), top);
    const words = Math.ceil(size / perFloat);
    const groups = tf.reshape(
      tf.pad(codes, [
        [0, 0],
        [0, words * perFloat - size],
      ]),
      [-1, words, perFloat],
    );
    const places = Array.from({length: perFloat}, (_, i) => 2 ** ((bits as number) * i));
    return {packed: tf.sum(tf.mul(groups, places), 2), low, scale};
  },
  restore({packed, low, scale}, shape, {tf}, {bits}) {
    const [batch, ...others] = shape;
    const size = others.reduce((product, length) => product * length, 1);
    const base = 2 ** (bits as number);
    const codes: Tensor[] = [];
    let rest = packed;
    for (let i = 0; i < codesPerFloat(bits); i++) {
      const next = tf.floor(tf.div(rest, base));
      codes.push(tf.sub(rest, tf.mul(next, base)));
      rest = next;
    }
    const rows = tf.slice(tf.reshape(tf.stack(codes, 2), [batch, -1]), [0, 0], [batch, size]);
    return tf.reshape(tf.add(low, tf.mul(rows, scale)), [...shape]);
  },
};
