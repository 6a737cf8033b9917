import * as tf from '@tensorflow/tfjs';
import {unet as network} from 'tfjs-convgrad/bench';
import {drawDiscs} from './patterns.js';
import {learnBatch, type RealModel} from './realModel.js';

/** U-Net (Ronneberger, Fischer, Brox 2015) with padding 'same': here three levels instead of five, from 4 channels instead of 64. */
export const unet: RealModel = {
  name: 'U-Net',
  needs: 'transposed convolution, skips',

  make() {
    const {images, masks} = drawDiscs(2, 16);
    return learnBatch(network(16, 4), images, masks, tf.losses.sigmoidCrossEntropy, tf.train.momentum(0.1, 0.9));
  },
};
