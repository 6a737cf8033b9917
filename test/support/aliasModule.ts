/**
 * A user's module for `--import` that does what `aliasBuiltins` does. A module must bring something to verify, so it exports an algorithm
 * too; verify another one.
 */
export const aliasModule = (backend: string) => `
  import * as tf from '@tensorflow/tfjs';
  import {install, uninstall} from 'tfjs-convgrad';
  const ours = ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'].flatMap((name) => tf.getKernel(name, '${backend}') ?? []);
  uninstall();
  for (const config of ours) {
    if (tf.getKernel(config.kernelName, '${backend}')) tf.unregisterKernel(config.kernelName, '${backend}');
    tf.registerKernel(config);
  }
  install({tf});
  export function forward() {}
`;
