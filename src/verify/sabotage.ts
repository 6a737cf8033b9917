import {install, uninstall} from '../plugin/install.js';
import {replacedGradients} from '../plugin/session.js';
import {defaultTf as tf} from '../plugin/tfjs.js';
import {register} from './kernels.js';
import type {Sabotage} from './options.js';

/**
 * Breaks the set-up of a run on purpose, after `install()`. A verifier that still passes compares something with itself.
 * @returns the undo
 */
export function applySabotage(sabotage: Sabotage, backends: readonly string[]): () => void {
  if (sabotage === 'no-install') {
    uninstall();
    return () => {};
  }
  const registered = () =>
    backends.flatMap((backend) => replacedGradients.map((name) => tf.getKernel(name, backend)).filter(Boolean));
  const ours = registered();
  uninstall();
  const builtins = registered();
  for (const config of ours) register(config);
  install({tf});
  return () => {
    uninstall();
    for (const config of builtins) register(config);
  };
}
