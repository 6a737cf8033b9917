import type {GradConfig, KernelConfig, KernelFunc, NamedAttrMap} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {isOurs, markOurs} from '../../plugin/kernels.js';
import {currentSession, replacedGradients, replacedKernelsOn} from '../../plugin/session.js';
import {gradientRegistry, kernelKey, kernelRegistry} from '../../plugin/tfjsRegistries.js';
import type {Fault} from '../run/faultInjection.js';
import {kernelCounters} from './kernelCounters.js';

/** How often each part of the kernels and gradients that `install()` replaces has run, by name. */
export type KernelRuns = ReadonlyMap<string, number>;

/** How often each part has run while it was watched, by backend. */
const totals = new Map<string, Map<string, number>>();

/** How often each part has run on a backend since the process began, while it was watched. */
export function kernelRunsOn(backend: string): KernelRuns {
  return totals.get(backend) ?? new Map();
}

/** Counts one run of another part. */
export function addRun(backend: string, part: string): void {
  const total = totals.get(backend) ?? new Map<string, number>();
  totals.set(backend, total.set(part, (total.get(part) ?? 0) + 1));
}

/**
 * Runs fn, which must be synchronous, and counts the runs of the kernels and gradients that `install()` replaces on the backend.
 * @param fault a mistake that is planted meanwhile
 */
export function countKernelRuns<T>(
  backend: string,
  fault: Fault | undefined,
  fn: () => T,
): {value: T; runs: KernelRuns} {
  const runs = new Map<string, number>();
  const count = (part: string) => {
    runs.set(part, (runs.get(part) ?? 0) + 1);
    addRun(backend, part);
  };
  const [kernels, gradients] = [kernelRegistry(tf), gradientRegistry(tf)];
  const undos: (() => void)[] = [];
  const session = currentSession(tf);
  /** Changes a registration unseen by `install()`, which would look it up each time. */
  const unwatched = (change: () => void) =>
    session ? session.kernels.withoutWatching(() => session.gradients.withoutWatching(change)) : change();
  /** Replaces one registration by another until fn has run. */
  const put = <C>(registry: {put(config: C): void}, before: C, now: C) => {
    unwatched(() => registry.put(now));
    undos.push(() => unwatched(() => registry.put(before)));
  };
  for (const name of replacedKernelsOn(backend)) {
    const config = kernels.get(kernelKey(name, backend));
    if (!config) continue;
    const right = config.kernelFunc;
    const kernelFunc: KernelFunc = (params) => {
      for (const part of kernelCounters(name, params.inputs, params.attrs)) count(part);
      return (fault?.kernel?.(name, right) ?? right)(params);
    };
    put<KernelConfig>(kernels, config, {...config, kernelFunc: markedLike(right, kernelFunc)});
  }
  for (const name of replacedGradients) {
    const config = gradients.get(name);
    if (!config) continue;
    const right = config.gradFunc;
    const gradFunc: typeof right = (dy, saved, attrs) => {
      count(gradientCounter(name));
      return right(dy, saved, attrs as NamedAttrMap);
    };
    put<GradConfig>(gradients, config, {...config, gradFunc: markedLike(right, gradFunc)});
  }
  const undoFault = fault?.inject?.(backend);
  try {
    return {value: fn(), runs};
  } finally {
    undoFault?.();
    for (const undo of undos) undo();
  }
}

/** The name under which a gradient is counted. */
export function gradientCounter(kernelName: string): string {
  return `gradient of ${kernelName}`;
}

/** Marks the replacement as convgrad's where the original is. */
function markedLike<F extends object>(original: F, replacement: F): F {
  return isOurs(original) ? markOurs(replacement) : replacement;
}
