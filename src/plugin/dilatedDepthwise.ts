import type {Tensor, Tensor4D} from '@tensorflow/tfjs';
import {conv2dInfo} from '../geometry/conv2dInfo.js';
import type {Tf} from './tfjs.js';

/**
 * A depthwise convolution under dilation, alone or with a stride, whose gradients tfjs refuses, made of ops that have theirs: pixels that one
 * dilated filter sees are `dilation` apart, spaceToBatchND brings them together in images of their own, and there the filter is dense.
 * Every output is computed at stride 1 and the strided ones are kept.
 *
 * @param x [N, H, W, C]
 * @param filter [kh, kw, C, M]
 * @returns [N, OH, OW, C·M]
 * @throws ConvgradError where the geometry is impossible
 */
export function dilatedDepthwise(
  tf: Tf,
  x: Tensor4D,
  filter: Tensor4D,
  {strides, pad, dilations}: {strides: number[]; pad: 'same' | 'valid'; dilations: number[]},
): Tensor {
  const [kh, kw, C] = filter.shape;
  const request = {xShape: x.shape, filterShape: [kh, kw, C, 1], strides, pad, dilations};
  const info = conv2dInfo('depthwiseConv2d', request);
  const rows = tile(info.inHeight, info.padTop, info.outHeight, info.strideHeight, info.dilationHeight, kh);
  const columns = tile(info.inWidth, info.padLeft, info.outWidth, info.strideWidth, info.dilationWidth, kw);
  return tf.tidy(() => {
    const apart = tf.spaceToBatchND(x, dilations, [rows.pads, columns.pads]);
    const y = tf.depthwiseConv2d(apart as Tensor4D, filter, 1, 'valid');
    const dense: Tensor = tf.batchToSpaceND(y, dilations, [rows.crops, columns.crops]);
    return every(tf, every(tf, dense, 1, info.strideHeight), 2, info.strideWidth);
  });
}

/** Zeros around one axis that make it a multiple of the dilation and hold every window, and what to crop of the outputs at stride 1. */
function tile(size: number, before: number, out: number, stride: number, dilation: number, taps: number) {
  const wanted = (out - 1) * stride + 1;
  const reach = (taps - 1) * dilation;
  const padded = Math.ceil(Math.max(wanted + reach, before + size) / dilation) * dilation;
  return {pads: [before, padded - before - size], crops: [0, padded - reach - wanted]};
}

/** The elements 0, stride, 2·stride, … along an axis; tf.stridedSlice has no gradient. */
function every(tf: Tf, y: Tensor, axis: number, stride: number): Tensor {
  return stride === 1 ? y : tf.gather(y, tf.range(0, y.shape[axis] as number, stride, 'int32'), axis);
}
