import type {KernelConfig} from '@tensorflow/tfjs';
import {servedBackends} from '../backends/servedBackends.js';
import type {Pass} from '../geometry/pass.js';
import type {Problem} from '../geometry/problem.js';
import {builtinKernel, isOurs, isReplaced} from '../plugin/builtins.js';
import {builtinNames, fusedNames} from '../plugin/kernels.js';
import {replacedGradients} from '../plugin/session.js';
import {defaultTf as tf} from '../plugin/tfjs.js';

/** Kernels that somebody registered over convgrad's, by tfjs's name. */
export type ImportedKernels = ReadonlyMap<string, KernelConfig>;

/** What is registered for a pass: convgrad's kernel, tfjs's own, somebody else's, or nothing. */
export type Active = 'convgrad' | 'built-in' | 'imported' | 'missing';

/** tfjs's name of the kernel that computes this pass of the problem. */
export function kernelOf({kind = 'dense', epilogue}: Problem, pass: Pass): string {
  return epilogue && pass === 'forward' ? fusedNames[kind] : builtinNames[kind][pass];
}

/** What tfjs would run under this name on this backend now. Without an installation everything foreign counts as built in. */
export function activeKernel(backend: string, name: string): Active {
  const active = tf.getKernel(name, backend)?.kernelFunc;
  if (!active) return 'missing';
  if (isOurs(active)) return 'convgrad';
  const builtin = builtinKernel(tf, name, backend)?.kernelFunc;
  return isReplaced(tf, name, backend) && builtin !== active ? 'imported' : 'built-in';
}

/** Finds the kernels registered over convgrad's, by backend; backends without any are left out. */
export function findImportedKernels(): Map<string, ImportedKernels> {
  const found = new Map<string, ImportedKernels>();
  for (const backend of servedBackends()) {
    const kernels = replacedGradients
      .filter((name) => activeKernel(backend, name) === 'imported')
      .map((name): [string, KernelConfig] => [name, tf.getKernel(name, backend)]);
    if (kernels.length > 0) found.set(backend, new Map(kernels));
  }
  return found;
}

/** Registers a kernel in the place of the one that is there, without tfjs's warning. */
export function register(config: KernelConfig): void {
  if (tf.getKernel(config.kernelName, config.backendName)) tf.unregisterKernel(config.kernelName, config.backendName);
  tf.registerKernel(config);
}

/** Runs fn, which must be synchronous, with that kernel in place. */
export function withKernel<T>(config: KernelConfig, fn: () => T): T {
  const before = tf.getKernel(config.kernelName, config.backendName);
  register(config);
  try {
    return fn();
  } finally {
    if (before) register(before);
  }
}
