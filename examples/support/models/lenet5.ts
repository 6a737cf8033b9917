import * as tf from '@tensorflow/tfjs';
import {lenet5 as network} from 'tfjs-convgrad/bench';
import {drawDigits, size} from '../digits.js';
import {adam, learnBatch, type RealModel} from './realModel.js';

/** LeNet-5 (LeCun, Bottou, Bengio, Haffner 1998), whole: 5×5 filters, tanh, average pooling. */
export const lenet5: RealModel = {
  name: 'LeNet-5',
  needs: '5×5, tanh',

  make() {
    const {images, labels} = drawDigits(4, 1);
    const x = tf.tidy(() => tf.pad(images, [[0, 0], margin, margin, [0, 0]]));
    images.dispose();
    return learnBatch(network(), x, labels, tf.losses.softmaxCrossEntropy, adam(0.002));
  },
};

const margin: [number, number] = [(28 - size) / 2, (28 - size) / 2];
