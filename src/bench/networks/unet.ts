import type {LayersModel, SymbolicTensor} from '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-layers';
import {initializers} from './initializers.js';

/**
 * U-Net (Ronneberger, Fischer, Brox 2015) with padding 'same' and three levels instead of five. [size, size, 1] → [size, size, 1]
 * @param channels the channels of the first level; the others have two and four times as many
 */
export function unet(size: number, channels: number): LayersModel {
  const init = initializers();
  const conv = (x: SymbolicTensor, filters: number, kernelSize = 3, activation: 'relu' | 'linear' = 'relu') =>
    tf.layers.conv2d({filters, kernelSize, padding: 'same', activation, ...init()}).apply(x) as SymbolicTensor;
  const twice = (x: SymbolicTensor, filters: number) => conv(conv(x, filters), filters);
  const down = (x: SymbolicTensor) => tf.layers.maxPooling2d({poolSize: 2}).apply(x) as SymbolicTensor;
  const up = (x: SymbolicTensor, filters: number, skip: SymbolicTensor) => {
    const larger = tf.layers.conv2dTranspose({filters, kernelSize: 2, strides: 2, ...init()}).apply(x);
    return tf.layers.concatenate().apply([skip, larger as SymbolicTensor]) as SymbolicTensor;
  };
  const image = tf.input({shape: [size, size, 1]});
  const first = twice(image, channels);
  const second = twice(down(first), 2 * channels);
  const bottom = twice(down(second), 4 * channels);
  const left = twice(up(bottom, 2 * channels, second), 2 * channels);
  const mask = conv(twice(up(left, channels, first), channels), 1, 1, 'linear');
  return tf.model({inputs: image, outputs: mask});
}
