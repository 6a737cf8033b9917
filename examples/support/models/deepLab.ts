import * as tf from '@tensorflow/tfjs';
import {drawDiscs} from './patterns.js';
import {initializers, type Learner, learnBatch, type RealModel} from './realModel.js';
import {type Config, spelledOut} from './spelledOut.js';

/**
 * DeepLabv3's atrous spatial pyramid pooling (Chen, Papandreou, Schroff, Adam 2017): one feature map seen by a 1×1 filter, three dilated
 * 3×3 filters and a look at the whole image. Here on two strided convolutions, with rates 1, 2 and 4 instead of 6, 12 and 18.
 */
export const deepLab: RealModel = {
  name: 'DeepLab ASPP',
  needs: 'dilation',
  make: () => make((config) => tf.layers.conv2d(config)),
  twin: {make: () => make(spelledOut)},
};

function make(conv2d: (config: Config) => tf.layers.Layer): Learner {
  const init = initializers();
  const conv = (x: tf.SymbolicTensor, filters: number, kernelSize: number, strides: number, dilationRate = 1) => {
    const config = {filters, kernelSize, strides, dilationRate, padding: 'same' as const, useBias: false};
    const y = tf.layers.batchNormalization().apply(conv2d({...config, ...init()}).apply(x));
    return tf.layers.reLU().apply(y) as tf.SymbolicTensor;
  };
  const image = tf.input({shape: [24, 24, 1]});
  const features = conv(conv(image, 4, 3, 2), 8, 3, 1, 2); // [12, 12, 8]
  const whole = tf.layers.averagePooling2d({poolSize: 12}).apply(features) as tf.SymbolicTensor; // [1, 1, 8]
  const everywhere = tf.layers
    .upSampling2d({size: [12, 12], interpolation: 'bilinear'})
    .apply(conv(whole, 6, 1, 1)) as tf.SymbolicTensor;
  const branches = [conv(features, 6, 1, 1), ...[1, 2, 4].map((rate) => conv(features, 6, 3, 1, rate)), everywhere];
  const pyramid = conv(tf.layers.concatenate().apply(branches) as tf.SymbolicTensor, 8, 1, 1); // 30 channels to 8
  const scores = tf.layers.conv2d({filters: 1, kernelSize: 1, ...init()}).apply(pyramid) as tf.SymbolicTensor;
  const mask = tf.layers.upSampling2d({size: [2, 2], interpolation: 'bilinear'}).apply(scores) as tf.SymbolicTensor;
  const {images, masks} = drawDiscs(3, 24);
  const network = tf.model({inputs: image, outputs: mask});
  return learnBatch(network, images, masks, tf.losses.sigmoidCrossEntropy, tf.train.momentum(0.1, 0.9));
}
