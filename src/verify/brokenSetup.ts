import {install, uninstall} from '../plugin/install.js';
import {replacedGradients} from '../plugin/session.js';
import {defaultTf as tf} from '../plugin/tfjs.js';
import type {BrokenSetup} from './options/options.js';
import {replaceKernel} from './run/kernels.js';

/**
 * Breaks the set-up of a run on purpose, after `install()`. If the verifier still passes, it compares something with itself.
 * @returns the undo
 */
export function applyBrokenSetup(brokenSetup: BrokenSetup, backends: readonly string[]): () => void {
  if (brokenSetup === 'no-install') {
    uninstall();
    return () => {};
  }
  const registered = () =>
    backends.flatMap((backend) => replacedGradients.map((name) => tf.getKernel(name, backend)).filter(Boolean));
  const ours = registered();
  uninstall();
  const builtins = registered();
  for (const config of ours) replaceKernel(config);
  install({tf});
  return () => {
    uninstall();
    for (const config of builtins) replaceKernel(config);
  };
}
