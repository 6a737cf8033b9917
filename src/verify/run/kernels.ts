import type {KernelConfig} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type {Pass} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import {builtinKernel, isOurs, isReplaced} from '../../plugin/builtins.js';
import {builtinKernelNames, fusedKernelNames} from '../../plugin/kernels.js';

/** What is registered for a pass: convgrad's kernel, tfjs's own, somebody else's, or nothing. */
export type KernelOrigin = 'convgrad' | 'built-in' | 'imported' | 'missing';

/** tfjs's name of the kernel that computes this pass of the problem. */
export function kernelOf({kind = 'dense', epilogue}: Problem, pass: Pass): string {
  return epilogue && pass === 'forward' ? fusedKernelNames[kind] : builtinKernelNames[kind][pass];
}

/**
 * What tfjs would run under this name on this backend now. Without an installation, every kernel that is not convgrad's counts as built in.
 */
export function activeKernel(backend: string, name: string): KernelOrigin {
  const active = tf.getKernel(name, backend)?.kernelFunc;
  if (!active) return 'missing';
  if (isOurs(active)) return 'convgrad';
  const builtin = builtinKernel(tf, name, backend)?.kernelFunc;
  return isReplaced(tf, name, backend) && builtin !== active ? 'imported' : 'built-in';
}

/** Registers a kernel in place of the present one, without tfjs's warning. */
export function replaceKernel(config: KernelConfig): void {
  if (tf.getKernel(config.kernelName, config.backendName)) tf.unregisterKernel(config.kernelName, config.backendName);
  tf.registerKernel(config);
}
