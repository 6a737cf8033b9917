import type {GradConfig, KernelConfig} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {servedBackends} from '../../backends/index.js';
import {isOurs} from '../../plugin/builtins.js';
import type {Registry, Replacements} from '../../plugin/replacements.js';
import {currentSession, replacedGradients, replacedKernels} from '../../plugin/session.js';
import {backendOf, gradientRegistry, kernelKey, kernelRegistry} from '../../plugin/tfjsRegistries.js';

/** What somebody registered under a key of tfjs, and what stood there before. */
export interface Registration<C> {
  key: string;
  config: C;
  before?: C | undefined;
}

/** Kernels and gradients that somebody registered. */
export interface Registrations {
  kernels: readonly Registration<KernelConfig>[];
  gradients: readonly Registration<GradConfig>[];
}

/** All registrations of tfjs at one moment. */
export interface Snapshot {
  kernels: ReadonlyMap<string, KernelConfig>;
  gradients: ReadonlyMap<string, GradConfig>;
}

/** The title of the kernel with this key, such as `Conv2D on cpu`. */
export function kernelTitle(key: string): string {
  return `${key.slice(key.indexOf('_') + 1)} on ${backendOf(key)}`;
}

/** The title of a kernel's gradient, such as `the gradient of Conv2D`. */
export function gradientTitle(kernelName: string): string {
  return `the gradient of ${kernelName}`;
}

export function isEmpty({kernels, gradients}: Registrations): boolean {
  return kernels.length + gradients.length === 0;
}

/** All registrations of tfjs now. */
export function takeSnapshot(): Snapshot {
  const kernelKeys = servedBackends().flatMap((backend) => replacedKernels.map((name) => kernelKey(name, backend)));
  return {
    kernels: entriesOf(kernelRegistry(tf), kernelKeys),
    gradients: entriesOf(gradientRegistry(tf), replacedGradients),
  };
}

/** Lists a registry. @param keys the keys to look at where the registry cannot be listed */
function entriesOf<C>({map, get}: Registry<C>, keys: readonly string[]): Map<string, C> {
  if (map) return new Map(map);
  return new Map(
    keys.flatMap((key): [string, C][] => {
      const config = get(key);
      return config ? [[key, config]] : [];
    }),
  );
}

/** What others than convgrad have registered since, and the titles of registrations that were removed without a replacement. */
export function changesSince(before: Snapshot): Registrations & {removed: string[]} {
  const now = takeSnapshot();
  const kernels = changes(before.kernels, now.kernels, ({kernelFunc}) => kernelFunc);
  const gradients = changes(before.gradients, now.gradients, ({gradFunc}) => gradFunc);
  return {
    kernels: kernels.changed,
    gradients: gradients.changed,
    removed: [...kernels.removed.map(kernelTitle), ...gradients.removed.map(gradientTitle)],
  };
}

function changes<C>(
  before: ReadonlyMap<string, C>,
  now: ReadonlyMap<string, C>,
  funcOf: (config: C) => unknown,
): {changed: Registration<C>[]; removed: string[]} {
  const changed = [...now].flatMap(([key, config]): Registration<C>[] => {
    const earlier = before.get(key);
    const isSame = earlier !== undefined && funcOf(earlier) === funcOf(config);
    return isSame || isOurs(funcOf(config)) ? [] : [{key, config, before: earlier}];
  });
  return {changed, removed: [...before.keys()].filter((key) => !now.has(key))};
}

/** What others have registered over convgrad's kernels and gradients since `install()`; nothing without an installation. */
export function foundOverOurs(): Registrations {
  const session = currentSession(tf);
  if (!session) return {kernels: [], gradients: []};
  const kernelKeys = session.backends.flatMap((backend) => replacedKernels.map((name) => kernelKey(name, backend)));
  return {
    kernels: over(kernelRegistry(tf), session.kernels, kernelKeys),
    gradients: over(gradientRegistry(tf), session.gradients, replacedGradients),
  };
}

function over<C extends object>(
  registry: Registry<C>,
  swaps: Replacements<C>,
  keys: readonly string[],
): Registration<C>[] {
  return keys.flatMap((key): Registration<C>[] => {
    const config = registry.get(key);
    const original = swaps.original(key);
    const isTheirs = config && !isOurs(registry.funcOf(config)) && config !== original;
    return isTheirs ? [{key, config, before: original}] : [];
  });
}

/** Restores what stood in the places of these registrations before. */
export function setAside({kernels, gradients}: Registrations): void {
  unwatched(() => {
    for (const registration of kernels) place(kernelRegistry(tf), registration, registration.before);
    for (const registration of gradients) place(gradientRegistry(tf), registration, registration.before);
  });
}

/** Registers these again, over whatever stands there. */
export function putBack({kernels, gradients}: Registrations): void {
  unwatched(() => {
    for (const registration of kernels) place(kernelRegistry(tf), registration, registration.config);
    for (const registration of gradients) place(gradientRegistry(tf), registration, registration.config);
  });
}

/** Runs fn, which must be synchronous, with these registrations in place. Afterwards everything is as it was. */
export function withRegistered<T>({kernels, gradients}: Registrations, fn: () => T): T {
  const now: Registrations = {
    kernels: kernels.map((one) => ({...one, before: kernelRegistry(tf).get(one.key)})),
    gradients: gradients.map((one) => ({...one, before: gradientRegistry(tf).get(one.key)})),
  };
  putBack(now);
  try {
    return fn();
  } finally {
    setAside(now);
  }
}

function place<C>(registry: Registry<C>, {key, config}: Registration<C>, expected: C | undefined): void {
  if (expected) registry.put(expected);
  else if (registry.get(key)) registry.remove(config);
}

/** Runs fn, whose registrations count neither as the import of a backend nor as somebody else's. */
function unwatched(fn: () => void): void {
  const session = currentSession(tf);
  if (session) session.kernels.withoutWatching(() => session.gradients.withoutWatching(fn));
  else fn();
}
