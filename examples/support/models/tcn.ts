import * as tf from '@tensorflow/tfjs';
import {adam, initializers, type Learner, learnBatch, type RealModel} from './realModel.js';
import {type Config, spelledOut} from './spelledOut.js';

const [length, delay] = [32, 10];

/**
 * A temporal convolutional network (Bai, Kolter, Koltun 2018): residual blocks of two causal convolutions, dilated by 1, 2, 4 and 8, without the
 * paper's dropout. It learns to repeat what it heard ten steps ago.
 */
export const tcn: RealModel = {
  name: 'TCN',
  needs: 'conv1d, causal, dilation',
  make: () => make((config) => tf.layers.conv1d(config)),
  twin: {make: () => make(spelledOut)},
};

function make(conv1d: (config: Config) => tf.layers.Layer): Learner {
  const init = initializers();
  const conv = (x: tf.SymbolicTensor, kernelSize: number, dilationRate: number, activation: 'relu' | 'linear') =>
    conv1d({filters: 8, kernelSize, dilationRate, padding: 'causal', activation, ...init()}).apply(
      x,
    ) as tf.SymbolicTensor;
  const heard = tf.input({shape: [length, 1]});
  let x = conv(heard, 1, 1, 'linear');
  for (const dilation of [1, 2, 4, 8]) {
    const residual = conv(conv(x, 2, dilation, 'relu'), 2, dilation, 'relu');
    x = tf.layers.add().apply([x, residual]) as tf.SymbolicTensor;
  }
  const said = tf.layers.dense({units: 1, ...init()}).apply(x) as tf.SymbolicTensor;
  const sound = tf.randomNormal([4, length, 1], 0, 1, 'float32', 1) as tf.Tensor3D;
  const echo = tf.tidy(() =>
    tf.pad(tf.slice(sound, 0, [4, length - delay, 1]), [
      [0, 0],
      [delay, 0],
      [0, 0],
    ]),
  );
  return learnBatch(tf.model({inputs: heard, outputs: said}), sound, echo, tf.losses.meanSquaredError, adam(0.005));
}
