import type {LayersModel, SymbolicTensor} from '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-layers';
import {initializers} from './initializers.js';

/**
 * ResNet-20 for CIFAR (He, Zhang, Ren, Sun 2015): three stages of three residual blocks. [size, size, 3] → [classes]
 * @param channels the channels of the first stage; the others have two and four times as many
 */
export function resnet20(size: number, channels: number, classes: number): LayersModel {
  const init = initializers();
  const conv = (x: SymbolicTensor, filters: number, kernelSize: number, strides: number) => {
    const layer = tf.layers.conv2d({filters, kernelSize, strides, padding: 'same', useBias: false, ...init()});
    return tf.layers.batchNormalization().apply(layer.apply(x)) as SymbolicTensor;
  };
  const relu = (x: SymbolicTensor) => tf.layers.reLU().apply(x) as SymbolicTensor;
  const block = (x: SymbolicTensor, filters: number, strides: number) => {
    const residual = conv(relu(conv(x, filters, 3, strides)), filters, 3, 1);
    const shortcut = strides === 1 ? x : conv(x, filters, 1, strides);
    return relu(tf.layers.add().apply([shortcut, residual]) as SymbolicTensor);
  };
  const image = tf.input({shape: [size, size, 3]});
  let x = relu(conv(image, channels, 3, 1));
  for (const [filters, strides] of [
    [channels, 1],
    [2 * channels, 2],
    [4 * channels, 2],
  ]) {
    for (let i = 0; i < 3; i++) x = block(x, filters, i === 0 ? strides : 1);
  }
  const pooled = tf.layers.globalAveragePooling2d({}).apply(x);
  const logits = tf.layers.dense({units: classes, ...init()}).apply(pooled) as SymbolicTensor;
  return tf.model({inputs: image, outputs: logits});
}
