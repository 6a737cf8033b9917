import * as tf from '@tensorflow/tfjs';
import {drawStripes} from './patterns.js';
import {initializers, learnBatch, type RealModel} from './realModel.js';

/**
 * ResNet-20 for CIFAR (He, Zhang, Ren, Sun 2015): three stages of three residual blocks. Here a quarter of its 16, 32 and 64 channels,
 * and images of 16×16.
 */
export const resnet20: RealModel = {
  name: 'ResNet-20',
  needs: 'strides, 1×1 shortcuts',

  make() {
    const init = initializers();
    const conv = (x: tf.SymbolicTensor, filters: number, kernelSize: number, strides: number) => {
      const layer = tf.layers.conv2d({filters, kernelSize, strides, padding: 'same', useBias: false, ...init()});
      return tf.layers.batchNormalization().apply(layer.apply(x)) as tf.SymbolicTensor;
    };
    const relu = (x: tf.SymbolicTensor) => tf.layers.reLU().apply(x) as tf.SymbolicTensor;
    const block = (x: tf.SymbolicTensor, filters: number, strides: number) => {
      const residual = conv(relu(conv(x, filters, 3, strides)), filters, 3, 1);
      const shortcut = strides === 1 ? x : conv(x, filters, 1, strides);
      return relu(tf.layers.add().apply([shortcut, residual]) as tf.SymbolicTensor);
    };
    const image = tf.input({shape: [16, 16, 3]});
    let x = relu(conv(image, 4, 3, 1));
    for (const [filters, strides] of [
      [4, 1],
      [8, 2],
      [16, 2],
    ]) {
      for (let i = 0; i < 3; i++) x = block(x, filters, i === 0 ? strides : 1);
    }
    const pooled = tf.layers.globalAveragePooling2d({}).apply(x);
    const classes = tf.layers.dense({units: 4, ...init()}).apply(pooled) as tf.SymbolicTensor;
    const {images, labels} = drawStripes(2, 16);
    const network = tf.model({inputs: image, outputs: classes});
    return learnBatch(network, images, labels, tf.losses.softmaxCrossEntropy, tf.train.momentum(0.05, 0.9));
  },
};
