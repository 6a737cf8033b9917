import type {Tensor, Tensor3D, Tensor4D} from '@tensorflow/tfjs';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {Tf} from '../../plugin/tfjs.js';
import type {RuleCall} from '../rule.js';

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
  const rows = axis(info.inHeight, info.padTop, outHeight, info.strideHeight, filterHeight, info.dilationHeight);
  const columns = axis(info.inWidth, info.padLeft, outWidth, info.strideWidth, filterWidth, info.dilationWidth);
  const padded = tf.pad(image as Tensor4D, [[0, 0], rows.pads, columns.pads, [0, 0]]);
  const products: Tensor[] = [];
  for (const [top, bottom] of rows.taps) {
    for (const [left, right] of columns.taps) {
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

/** Along one axis, the zeros before and after, and where each tap's pixels begin and end. */
function axis(size: number, before: number, out: number, stride: number, taps: number, dilation: number) {
  const reach = (out - 1) * stride + 1;
  const after = Math.max(0, (taps - 1) * dilation + reach - before - size);
  const starts = Array.from({length: taps}, (_, i) => i * dilation);
  return {
    pads: [before, after] as [number, number],
    taps: starts.map((start): [number, number] => [start, start + reach]),
  };
}
