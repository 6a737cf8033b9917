import type {Tensor, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {explicitPads} from '../../geometry/explicitPads.js';
import type {RuleCall} from '../rule.js';
import type {Tf} from '../tfjs.js';

/**
 * dFilter of each example: [batch, …filter]. Their sum is dFilter.
 *
 *     dFilter[n, i, j] = x_(i,j)[n]ᵀ · dy[n]     x_(i,j): [P × C], the pixels that tap (i, j) meets; dy: [P × F], P = OH·OW
 *
 * One product of all examples for each tap. So it takes as many operations as dFilter, and kh·kw launches whatever the batch.
 */
export function perSampleFilter(call: Pick<RuleCall, 'tf' | 'kind' | 'info' | 'x' | 'dy'>): Tensor {
  const {tf, kind, info, x, dy} = call;
  if (!info) return tf.mul(tf.expandDims(x, -1), tf.expandDims(dy, -2));
  // A transposed convolution computes dX of another, whose dy is its x.
  return kind === 'transposed' ? ofConvolution(tf, info, dy, x) : ofConvolution(tf, info, x, dy);
}

function ofConvolution(tf: Tf, info: Conv2DInfo, x: Tensor, dy: Tensor): Tensor {
  const [image, error] = [x, dy].map((tensor) =>
    info.dataFormat === 'NCHW' ? tf.transpose(tensor, [0, 2, 3, 1]) : tensor,
  );
  const {batch, filterHeight, filterWidth, outHeight, outWidth, inChannels, outChannels} = info;
  const pixels = outHeight * outWidth;
  const rows = taps(filterHeight, info.dilationHeight, outHeight, info.strideHeight);
  const columns = taps(filterWidth, info.dilationWidth, outWidth, info.strideWidth);
  const padded = tf.pad(image as Tensor4D, explicitPads(info));
  const products: Tensor[] = [];
  for (const [top, bottom] of rows) {
    for (const [left, right] of columns) {
      const met = tf.stridedSlice(
        padded,
        [0, top, left, 0],
        [batch, bottom, right, inChannels],
        [1, info.strideHeight, info.strideWidth, 1],
      );
      products.push(
        info.kind === 'dense'
          ? tf.matMul(
              tf.reshape(met, [batch, pixels, inChannels]) as Tensor3D,
              tf.reshape(error, [batch, pixels, outChannels]) as Tensor3D,
              true,
            )
          : tf.sum(
              tf.mul(
                tf.reshape(met, [batch, pixels, inChannels, 1]),
                tf.reshape(error, [batch, pixels, inChannels, outChannels / inChannels]),
              ),
              1,
            ),
      );
    }
  }
  const depth = info.kind === 'dense' ? outChannels : outChannels / inChannels;
  return tf.reshape(tf.stack(products, 1), [batch, filterHeight, filterWidth, inChannels, depth]);
}

/** Where the pixels of each tap begin and end along one axis of the padded image. */
function taps(filter: number, dilation: number, out: number, stride: number): [number, number][] {
  return Array.from({length: filter}, (_, i) => [i * dilation, i * dilation + (out - 1) * stride + 1]);
}
