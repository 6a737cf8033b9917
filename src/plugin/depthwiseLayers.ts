import type {Tensor, Tensor4D} from '@tensorflow/tfjs';
import {applyBiasAndActivation, type ConvLayer, withSettings} from './convLayers.js';
import type {Tf} from './tfjs.js';

/** What a DepthwiseConv2D or SeparableConv2D of tfjs knows of itself. */
export interface DepthwiseLayer extends ConvLayer {
  depthwiseKernel: {read(): Tensor};
  /** Of a SeparableConv2D. */
  pointwiseKernel?: {read(): Tensor};
}

type HeightWidth = [number, number];

/** activation(x ∗ depthwiseKernel + bias) with the layer's dilation, which tfjs leaves out. x is in the layer's data format, as is the result. */
export function convolveDepthwise(tf: Tf, layer: DepthwiseLayer, x: Tensor): Tensor {
  return tf.tidy(() =>
    applyBiasAndActivation(
      tf,
      layer,
      inNHWC(tf, layer, x, (image) => depthwise(tf, layer, image)),
    ),
  );
}

/** activation(x ∗ depthwiseKernel ∗ pointwiseKernel + bias). Like tfjs, applies the activation where channels come last. */
export function convolveSeparable(tf: Tf, layer: DepthwiseLayer, x: Tensor): Tensor {
  const pointwise = layer.pointwiseKernel?.read() as Tensor4D;
  return tf.tidy(() =>
    inNHWC(tf, layer, x, (image) => {
      const y = tf.conv2d(depthwise(tf, layer, image) as Tensor4D, pointwise, 1, 'valid');
      return applyBiasAndActivation(tf, withSettings(layer, {dataFormat: 'channelsLast'}), y);
    }),
  );
}

/** The op leaves stride and dilation to the kernels and the gradient to the registry, so it is convgrad's that do both at once. */
function depthwise(tf: Tf, layer: DepthwiseLayer, x: Tensor): Tensor {
  const [filter, strides, dilations] = [layer.depthwiseKernel.read() as Tensor4D, layer.strides, layer.dilationRate];
  const pad = layer.padding === 'same' ? 'same' : 'valid';
  return tf.depthwiseConv2d(x as Tensor4D, filter, strides as HeightWidth, pad, 'NHWC', dilations as HeightWidth);
}

function inNHWC(tf: Tf, {dataFormat}: ConvLayer, x: Tensor, run: (x: Tensor) => Tensor): Tensor {
  return dataFormat === 'channelsFirst' ? tf.transpose(run(tf.transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2]) : run(x);
}
