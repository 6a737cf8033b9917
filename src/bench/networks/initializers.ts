import {defaultTf as tf} from '../../plugin/tfjs.js';

/** An initializer for each layer in turn, seeded: the same weights every time. */
export function initializers(): () => {kernelInitializer: ReturnType<typeof tf.initializers.heNormal>} {
  let seed = 0;
  return () => ({kernelInitializer: tf.initializers.heNormal({seed: ++seed})});
}
