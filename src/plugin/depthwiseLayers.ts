import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import {applyBiasAndActivation, type ConvLayer, withSettings} from './convLayers.js';
import type {Tf} from './tfjs.js';

/** The fields of tfjs's DepthwiseConv2D and SeparableConv2D layers that convgrad reads. */
export interface DepthwiseLayer extends ConvLayer {
  depthwiseKernel: {read(): Tensor};
  /** Only in a SeparableConv2D. */
  pointwiseKernel?: {read(): Tensor};
}

type HeightWidth = [number, number];

/**
 * Computes activation(x ∗ depthwiseKernel + bias) with the layer's dilation, which tfjs ignores. x and the result are in the
 * layer's data format.
 */
export function convolveDepthwise(tf: Tf, layer: DepthwiseLayer, x: Tensor): Tensor {
  return tf.tidy(() =>
    applyBiasAndActivation(
      tf,
      layer,
      inNHWC(tf, layer, x, (image) => depthwise(tf, layer, image)),
    ),
  );
}

/**
 * Computes activation(x ∗ depthwiseKernel ∗ pointwiseKernel + bias). Like tfjs, it applies the activation while channels are
 * last.
 */
export function convolveSeparable(tf: Tf, layer: DepthwiseLayer, x: Tensor): Tensor {
  const pointwise = layer.pointwiseKernel?.read() as Tensor4D;
  return tf.tidy(() =>
    inNHWC(tf, layer, x, (image) => {
      const y = tf.conv2d(depthwise(tf, layer, image) as Tensor4D, pointwise, 1, 'valid');
      return applyBiasAndActivation(tf, withSettings(layer, {dataFormat: 'channelsLast'}), y);
    }),
  );
}

/**
 * The op passes stride and dilation on to the kernels and takes its gradient from the registry, so convgrad's kernels serve both
 * at once.
 */
function depthwise(tf: Tf, layer: DepthwiseLayer, x: Tensor): Tensor {
  const [filter, strides, dilations] = [layer.depthwiseKernel.read() as Tensor4D, layer.strides, layer.dilationRate];
  const pad = layer.padding === 'same' ? 'same' : 'valid';
  return tf.depthwiseConv2d(x as Tensor4D, filter, strides as HeightWidth, pad, 'NHWC', dilations as HeightWidth);
}

function inNHWC(tf: Tf, {dataFormat}: ConvLayer, x: Tensor, run: (x: Tensor) => Tensor): Tensor {
  return dataFormat === 'channelsFirst' ? tf.transpose(run(tf.transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2]) : run(x);
}
