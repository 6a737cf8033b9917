import * as tf from '@tensorflow/tfjs';
import {resnet20 as network} from 'tfjs-convgrad/bench';
import {drawStripes} from './patterns.js';
import {learnBatch, type RealModel} from './realModel.js';

/**
 * ResNet-20 for CIFAR (He, Zhang, Ren, Sun 2015): three stages of three residual blocks. Here a quarter of its 16, 32 and 64 channels,
 * and images of 16×16.
 */
export const resnet20: RealModel = {
  name: 'ResNet-20',
  needs: 'strides, 1×1 shortcuts',

  make() {
    const {images, labels} = drawStripes(2, 16);
    return learnBatch(network(16, 4, 4), images, labels, tf.losses.softmaxCrossEntropy, tf.train.momentum(0.05, 0.9));
  },
};
