import * as tf from '@tensorflow/tfjs';
import {install, uninstall} from '../../src/plugin/install.js';
import {replacedGradients} from '../../src/plugin/session.js';
import {replaceKernel} from '../../src/verify/run/kernels.js';

/**
 * Installs convgrad over convgrad's own kernels of a backend, so that they stand where its built-in ones are expected. Whoever compares the
 * two now compares something with itself, and must notice it.
 * @returns the undo
 */
export function aliasBuiltins(backend: string): () => void {
  const registered = () => replacedGradients.map((name) => tf.getKernel(name, backend)).filter(Boolean);
  uninstall();
  const builtins = registered();
  install({tf});
  const ours = registered();
  uninstall();
  for (const config of ours) replaceKernel(config);
  install({tf});
  return () => {
    uninstall();
    for (const config of builtins) replaceKernel(config);
  };
}
