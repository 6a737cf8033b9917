import * as tf from '@tensorflow/tfjs';
import {drawDigits, size} from '../digits.js';
import {adam, initializers, learnBatch, type RealModel} from './realModel.js';

/** LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998), whole: 5×5 filters, tanh, average pooling. */
export const lenet5: RealModel = {
  name: 'LeNet-5',
  needs: '5×5, tanh',

  make() {
    const init = initializers();
    const conv = (filters: number, padding: 'same' | 'valid') =>
      tf.layers.conv2d({filters, kernelSize: 5, padding, activation: 'tanh', ...init()});
    const network = tf.sequential({
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
    const {images, labels} = drawDigits(4, 1);
    const x = tf.tidy(() => tf.pad(images, [[0, 0], margin, margin, [0, 0]]));
    images.dispose();
    return learnBatch(network, x, labels, tf.losses.softmaxCrossEntropy, adam(0.002));
  },
};

const margin: [number, number] = [(28 - size) / 2, (28 - size) / 2];
