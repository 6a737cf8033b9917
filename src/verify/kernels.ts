import type {KernelConfig} from '@tensorflow/tfjs';
import {type Pass, passes} from '../geometry/pass.js';
import {builtinKernel, isOurs} from '../plugin/builtins.js';
import {builtinNames} from '../plugin/kernels.js';
import {servedBackends} from '../plugin/select.js';
import {defaultTf as tf} from '../plugin/tfjs.js';

/** Kernels that somebody registered over convgrad's, by pass. */
export type ImportedKernels = ReadonlyMap<Pass, KernelConfig>;

/** What is registered for a pass: convgrad's kernel, tfjs's own, somebody else's, or nothing. */
export type Active = 'convgrad' | 'built-in' | 'imported' | 'missing';

/** What tfjs would run for this pass on this backend now. Without an installation everything foreign counts as built in. */
export function activeKernel(backend: string, pass: Pass): Active {
  const name = builtinNames[pass];
  const active = tf.getKernel(name, backend)?.kernelFunc;
  if (!active) return 'missing';
  if (isOurs(active)) return 'convgrad';
  const builtin = builtinKernel(tf, name, backend)?.kernelFunc;
  return builtin && builtin !== active ? 'imported' : 'built-in';
}

/** Finds the kernels registered over convgrad's, by backend; backends without any are left out. */
export function findImportedKernels(): Map<string, ImportedKernels> {
  const found = new Map<string, ImportedKernels>();
  for (const backend of servedBackends()) {
    const kernels = passes
      .filter((pass) => activeKernel(backend, pass) === 'imported')
      .map((pass): [Pass, KernelConfig] => [pass, tf.getKernel(builtinNames[pass], backend)]);
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
