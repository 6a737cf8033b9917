import * as tf from '@tensorflow/tfjs';

/** An architecture that people train, small enough to try, with data that it can learn. */
export interface RealModel {
  name: string;
  /** Which parts of a convolution it needs, in a few words. */
  needs: string;
  /** Makes it on the active backend: the same weights and data every time. */
  make(): Learner | Promise<Learner>;
  /** The same network in other words, where tfjs alone cannot train it as it is. */
  twin?: {make(): Learner};
}

/** A model that is being trained. */
export interface Learner {
  /** What it learns. */
  variables: tf.Variable[];
  optimizer: tf.Optimizer;
  /** A scalar, as a function of the variables. */
  loss(): tf.Scalar;
  dispose(): void;
}

/** The common case: a network of layers, and one batch to be learnt by heart. */
export function learnBatch(
  network: tf.LayersModel,
  x: tf.Tensor,
  labels: tf.Tensor,
  lossOf: (wanted: tf.Tensor, output: tf.Tensor) => tf.Tensor,
  optimizer: tf.Optimizer,
): Learner {
  return learner(network, optimizer, [x, labels], () =>
    lossOf(labels, network.apply(x, {training: true}) as tf.Tensor),
  );
}

/** A learner that owns its network and its data. */
export function learner(
  network: tf.LayersModel,
  optimizer: tf.Optimizer,
  data: tf.Tensor[],
  loss: () => tf.Tensor,
): Learner {
  return {
    variables: network.trainableWeights.map((weight) => weight.read() as tf.Variable),
    optimizer,
    loss: () => loss() as tf.Scalar,
    dispose() {
      tf.dispose(data);
      network.dispose();
      optimizer.dispose();
    },
  };
}

/** Adam with the same ε everywhere; left to itself, tfjs takes 10⁻⁷, but 10⁻⁴ on webgl, and the losses part. */
export function adam(learningRate: number, beta1 = 0.9, beta2 = 0.999): tf.Optimizer {
  return tf.train.adam(learningRate, beta1, beta2, 1e-7);
}

/** An initializer for each layer in turn, seeded. */
export function initializers(): () => {kernelInitializer: ReturnType<typeof tf.initializers.heNormal>} {
  let seed = 0;
  return () => {
    seed++;
    return {kernelInitializer: tf.initializers.heNormal({seed})};
  };
}
