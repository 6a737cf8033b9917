import * as tf from '@tensorflow/tfjs';
import {drawDigits, size} from '../digits.js';
import {adam, initializers, learner, type RealModel} from './realModel.js';

/**
 * The critic of a Wasserstein GAN with gradient penalty (Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville 2017): its loss contains the length
 * of its own gradient, so learning takes second derivatives of every convolution. It tells digits from noise, without a generator.
 */
export const wganGp: RealModel = {
  name: 'WGAN-GP critic',
  needs: 'second derivatives',

  make() {
    const init = initializers();
    const conv = (filters: number) =>
      tf.layers.conv2d({filters, kernelSize: 5, strides: 2, padding: 'same', ...init()});
    const critic = tf.sequential({
      layers: [
        tf.layers.inputLayer({inputShape: [size, size, 1]}),
        conv(4), // [8, 8, 4]
        new LeakyReLU(),
        conv(8), // [4, 4, 8]
        new LeakyReLU(),
        tf.layers.flatten(),
        tf.layers.dense({units: 1, ...init()}),
      ],
    });
    const {images: real, labels} = drawDigits(4, 1);
    labels.dispose();
    const fake = tf.randomUniform(real.shape, 0, 1, 'float32', 2);
    const between = tf.tidy(() => {
      const part = tf.randomUniform([4, 1, 1, 1], 0, 1, 'float32', 3);
      return tf.add(fake, tf.mul(part, tf.sub(real, fake)));
    });
    const score = (x: tf.Tensor) => critic.apply(x) as tf.Tensor;
    return learner(critic, adam(0.001, 0, 0.9), [real, fake, between], () => {
      const slope = tf.grad((x) => tf.sum(score(x)))(between); // of the score of each image, along its pixels
      const lengths = tf.sqrt(tf.sum(tf.square(slope), [1, 2, 3]));
      const penalty = tf.mean(tf.square(tf.sub(lengths, 1)));
      return tf.add(tf.sub(tf.mean(score(fake)), tf.mean(score(real))), tf.mul(penalty, 10));
    });
  },
};

/** tfjs's own has no second derivative; relu has. */
class LeakyReLU extends tf.layers.Layer {
  static className = 'TwiceDifferentiableLeakyReLU';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = [inputs].flat()[0];
    return tf.tidy(() => tf.sub(tf.relu(x), tf.mul(tf.relu(tf.neg(x)), 0.2)));
  }
}
