import * as tf from '@tensorflow/tfjs';
import {initializers, type Learner, learnBatch, type RealModel} from './realModel.js';

const [length, delay] = [32, 10];

/**
 * A temporal convolutional network (Bai, Kolter, Koltun 2018): residual blocks of two causal convolutions, dilated by 1, 2, 4 and 8, without the
 * paper's dropout. It learns to repeat what it heard ten steps ago.
 */
export const tcn: RealModel = {
  name: 'TCN',
  needs: 'conv1d, causal, dilation',
  make: () => make('causal', [1, 2, 4, 8]),
  twin: {make: () => make('same', [1, 1, 1, 1])},
};

function make(padding: 'causal' | 'same', dilations: number[]): Learner {
  const init = initializers();
  const conv = (x: tf.SymbolicTensor, kernelSize: number, dilationRate: number, activation: 'relu' | 'linear') =>
    tf.layers
      .conv1d({filters: 8, kernelSize, dilationRate, padding, activation, ...init()})
      .apply(x) as tf.SymbolicTensor;
  const heard = tf.input({shape: [length, 1]});
  let x = conv(heard, 1, 1, 'linear');
  for (const dilation of dilations) {
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
  return learnBatch(
    tf.model({inputs: heard, outputs: said}),
    sound,
    echo,
    tf.losses.meanSquaredError,
    tf.train.adam(0.005),
  );
}
