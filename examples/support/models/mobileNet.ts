import * as tf from '@tensorflow/tfjs';
import {drawStripes} from './patterns.js';
import {adam, initializers, learner, type RealModel} from './realModel.js';

/** Of each block: the channels at full width, and the stride; the last stride, like that of the first filter, is 2 in the paper. */
const blocks = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  ...Array<number[]>(5).fill([512, 1]),
  [1024, 1],
  [1024, 1],
];

/**
 * MobileNetV1 at width 0.25 (Howard et al. 2017), whole: thirteen pairs of a depthwise and a pointwise convolution. Here
 * for images of 16×16, with two strides less, and
 * with its batch normalization frozen, as where a trained one is tuned: on few images, a deep chain of it makes chaos of any rounding.
 */
export const mobileNet: RealModel = {
  name: 'MobileNetV1 0.25',
  needs: 'depthwise',

  make() {
    const init = initializers();
    let seed = 0;
    const finish = (y: unknown) => {
      const normal = tf.layers.batchNormalization().apply(y as tf.SymbolicTensor);
      return tf.layers.reLU({maxValue: 6}).apply(normal) as tf.SymbolicTensor;
    };
    const conv = (x: tf.SymbolicTensor, filters: number, kernelSize: number, strides: number) => {
      const config = {filters: filters / 4, kernelSize, strides, padding: 'same' as const, useBias: false};
      return finish(tf.layers.conv2d({...config, ...init()}).apply(x));
    };
    const depthwise = (x: tf.SymbolicTensor, strides: number) => {
      const config = {kernelSize: 3, strides, padding: 'same' as const, useBias: false};
      const depthwiseInitializer = tf.initializers.randomNormal({stddev: Math.sqrt(2 / 9), seed: ++seed});
      return finish(tf.layers.depthwiseConv2d({...config, depthwiseInitializer}).apply(x));
    };
    const image = tf.input({shape: [16, 16, 3]});
    let x = conv(image, 32, 3, 1);
    for (const [filters, strides] of blocks) x = conv(depthwise(x, strides), filters, 1, 1);
    const pooled = tf.layers.globalAveragePooling2d({}).apply(x);
    const classes = tf.layers.dense({units: 4, ...init()}).apply(pooled) as tf.SymbolicTensor;
    const {images, labels} = drawStripes(2, 16);
    const network = tf.model({inputs: image, outputs: classes});
    return learner(network, adam(0.002), [images, labels], () =>
      tf.losses.softmaxCrossEntropy(labels, network.apply(images) as tf.Tensor),
    );
  },
};
