import * as tf from '@tensorflow/tfjs';
import {createRule, perSampleGradients, shadow, withRule} from '../../src/rules/index.js';

/** Trains one small classifier by `model.fit` under a rule in all its layers, on the active backend. @returns the loss of each epoch */
export async function trainUnderRule(name: string): Promise<number[]> {
  const initializer = (seed: number) => tf.initializers.glorotNormal({seed});
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        ...{name: `${name}Conv`, inputShape: [8, 8, 1], filters: 4, kernelSize: 3, activation: 'tanh'},
        kernelInitializer: initializer(1),
      }),
      tf.layers.depthwiseConv2d({
        ...{name: `${name}ConvDepthwise`, kernelSize: 3, strides: 2, activation: 'relu'},
        depthwiseInitializer: initializer(2),
      }),
      tf.layers.flatten(),
      tf.layers.dense({
        ...{name: `${name}Dense`, units: 3, activation: 'softmax'},
        kernelInitializer: initializer(3),
      }),
    ],
  });
  model.compile({optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy'});
  const x = tf.randomNormal([12, 8, 8, 1], 0, 1, 'float32', 1);
  const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2], 'int32'), 3).toFloat();
  const rule = createRule(name, {seed: 3});
  const {history} = await withRule({'*Conv*': rule, '*Dense': rule}, () =>
    model.fit(x, labels, {epochs: 4, batchSize: 6, shuffle: false, verbose: 0}),
  );
  rule.dispose();
  tf.dispose([x, labels]);
  model.dispose();
  return history['loss'] as number[];
}

/** The messages of what needs numbers while a gradient is being computed. */
export function refusalsOfReads(): string[] {
  const attempts = [
    () => withRule('fa', () => 1, {shadow: shadow({onStep() {}})}),
    () => perSampleGradients(() => tf.scalar(1)),
  ];
  return attempts.map((attempt) => {
    try {
      attempt();
      return 'nothing was refused';
    } catch (error) {
      return (error as Error).message;
    }
  });
}
