import * as tf from '@tensorflow/tfjs';
import {drawDiscs} from './patterns.js';
import {initializers, learnBatch, type RealModel} from './realModel.js';

/** U-Net (Ronneberger, Fischer, Brox 2015) with padding 'same': here three levels instead of five, from 4 channels instead of 64. */
export const unet: RealModel = {
  name: 'U-Net',
  needs: 'transposed convolution, skips',

  make() {
    const init = initializers();
    const conv = (x: tf.SymbolicTensor, filters: number, kernelSize = 3, activation: 'relu' | 'linear' = 'relu') =>
      tf.layers.conv2d({filters, kernelSize, padding: 'same', activation, ...init()}).apply(x) as tf.SymbolicTensor;
    const twice = (x: tf.SymbolicTensor, filters: number) => conv(conv(x, filters), filters);
    const down = (x: tf.SymbolicTensor) => tf.layers.maxPooling2d({poolSize: 2}).apply(x) as tf.SymbolicTensor;
    const up = (x: tf.SymbolicTensor, filters: number, skip: tf.SymbolicTensor) => {
      const larger = tf.layers.conv2dTranspose({filters, kernelSize: 2, strides: 2, ...init()}).apply(x);
      return tf.layers.concatenate().apply([skip, larger as tf.SymbolicTensor]) as tf.SymbolicTensor;
    };
    const image = tf.input({shape: [16, 16, 1]});
    const first = twice(image, 4); // [16, 16, 4]
    const second = twice(down(first), 8); // [8, 8, 8]
    const bottom = twice(down(second), 16); // [4, 4, 16]
    const left = twice(up(bottom, 8, second), 8);
    const mask = conv(twice(up(left, 4, first), 4), 1, 1, 'linear');
    const {images, masks} = drawDiscs(2, 16);
    const network = tf.model({inputs: image, outputs: mask});
    return learnBatch(network, images, masks, tf.losses.sigmoidCrossEntropy, tf.train.momentum(0.1, 0.9));
  },
};
