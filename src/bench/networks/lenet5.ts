import type {LayersModel} from '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-layers';
import {initializers} from './initializers.js';

/** LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998), complete: 5×5 filters, tanh, average pooling. [28, 28, 1] → [10] */
export function lenet5(): LayersModel {
  const init = initializers();
  const conv = (filters: number, padding: 'same' | 'valid') =>
    tf.layers.conv2d({filters, kernelSize: 5, padding, activation: 'tanh', ...init()});
  return tf.sequential({
    layers: [
      tf.layers.inputLayer({inputShape: [28, 28, 1]}),
      conv(6, 'same'), // [28, 28, 6]
      tf.layers.averagePooling2d({poolSize: 2}),
      conv(16, 'valid'), // [10, 10, 16]
      tf.layers.averagePooling2d({poolSize: 2}),
      conv(120, 'valid'), // [1, 1, 120]
      tf.layers.flatten(),
      tf.layers.dense({units: 84, activation: 'tanh', ...init()}),
      tf.layers.dense({units: 10, ...init()}),
    ],
  });
}
