import type {Tensor} from '@tensorflow/tfjs-core';
import {ConvgradError} from '../../geometry/error.js';
import type {Rule, RuleOptions} from '../rule.js';
import type {Tf} from '../tfjs.js';

/** The bits of precision of a format, its largest number, and its smallest normal number. */
const formats: Readonly<Record<string, {precision: number; largest: number; smallest: number}>> = {
  float16: {precision: 11, largest: 65504, smallest: 2 ** -14},
  bfloat16: {precision: 8, largest: (2 - 2 ** -7) * 2 ** 127, smallest: 2 ** -126},
};

/**
 * Rounds to the nearest number of the format. Adding and subtracting a large multiple (Dekker, 1971) keeps the leading bits; below the
 * smallest normal number the steps are equal. Numbers above the largest become infinite.
 */
function rounded(tf: Tf, values: Tensor, {format}: RuleOptions): Tensor {
  const found = formats[String(format)];
  if (!found) {
    throw new ConvgradError(
      "rule 'half'",
      `format must be ${Object.keys(formats).join(' or ')}; got ${String(format)}.`,
    );
  }
  const {precision, largest, smallest} = found;
  // Near the largest float32, the multiple would overflow.
  const isHuge = tf.greater(tf.abs(values), 2 ** 64);
  const scaled = tf.where(isHuge, tf.mul(values, 2 ** -64), values);
  const multiple = tf.mul(scaled, 2 ** (24 - precision) + 1);
  const kept = tf.sub(multiple, tf.sub(multiple, scaled));
  const leading = tf.where(isHuge, tf.mul(kept, 2 ** 64), kept);
  const quantum = smallest * 2 ** (1 - precision);
  const isSmall = tf.less(tf.abs(values), smallest);
  const small = quantum > 2 ** -126 ? tf.mul(tf.round(tf.div(values, quantum)), quantum) : tf.zerosLike(values);
  const finite = tf.where(isSmall, small, leading);
  const overflows = tf.greater(tf.abs(finite), largest);
  return tf.where(overflows, tf.mul(tf.sign(values), Number.POSITIVE_INFINITY), finite);
}

/**
 * Operands in 16 bits, sums in 32.
 *
 *     dX = backpropInput(r(dy), r(W))     dFilter = backpropFilter(r(x), r(dy))     r: round to the nearest float16 or bfloat16
 *
 * What mixed-precision training computes, without loss scaling: in float16, dy below 6e-8 is lost. Changes dX and dFilter by
 * rounding; dBias is exact. The operands stay float32 here, so this is for studying the numbers, not for speed. No state.
 */
export const half: Rule = {
  name: 'half',
  title: 'Operands in 16 bits',
  source: 'https://arxiv.org/abs/1710.03740',
  options: {format: 'bfloat16'},
  backpropInput: ({tf, dy, filter, exact}, options) =>
    exact.backpropInput(rounded(tf, dy, options), rounded(tf, filter, options)),
  backpropFilter: ({tf, x, dy, exact}, options) =>
    exact.backpropFilter(rounded(tf, x, options), rounded(tf, dy, options)),
};
