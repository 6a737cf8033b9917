import * as tf from '@tensorflow/tfjs-layers';

/** Makes an initializer for each layer in turn. They are seeded, so the weights are the same every time. */
export function initializers(): () => {kernelInitializer: ReturnType<typeof tf.initializers.heNormal>} {
  let seed = 0;
  return () => ({kernelInitializer: tf.initializers.heNormal({seed: ++seed})});
}
