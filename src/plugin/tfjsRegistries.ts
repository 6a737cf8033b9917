import type {GradConfig, KernelConfig} from '@tensorflow/tfjs-core';
import {ConvgradError} from '../geometry/error.js';
import type {Registry} from './replacements.js';
import type {Tf} from './tfjs.js';

/** The key under which tfjs registers a kernel. */
export function kernelKey(kernelName: string, backendName: string): string {
  return `${backendName}_${kernelName}`;
}

/** The backend in such a key. */
export function backendOf(key: string): string {
  return key.slice(0, key.indexOf('_'));
}

/** The kernel registry of a copy of tfjs. */
export function kernelRegistry(tf: Tf): Registry<KernelConfig> {
  const split = (key: string) => [key.slice(key.indexOf('_') + 1), backendOf(key)] as const;
  const get = (key: string) => tf.getKernel(...split(key)) as KernelConfig | undefined;
  const remove = ({kernelName, backendName}: KernelConfig) => {
    if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
  };
  return {
    get,
    remove,
    put(config) {
      remove(config); // tfjs warns when a kernel is registered over another
      tf.registerKernel(config);
    },
    emptyConfig(key) {
      const [kernelName, backendName] = split(key);
      return {kernelName, backendName, kernelFunc: missing(key)};
    },
    withKey(key, config) {
      const [kernelName, backendName] = split(key);
      return {...config, kernelName, backendName};
    },
    funcOf: (config) => config.kernelFunc,
    map: globalMap('kernelRegistry', get),
  };
}

/** The gradient registry of a copy of tfjs. */
export function gradientRegistry(tf: Tf): Registry<GradConfig> {
  const get = (key: string) => tf.getGradient(key) as GradConfig | undefined;
  const remove = ({kernelName}: GradConfig) => {
    if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
  };
  return {
    get,
    remove,
    put(config) {
      remove(config);
      tf.registerGradient(config);
    },
    emptyConfig: (kernelName) => ({kernelName, gradFunc: missing(kernelName)}),
    withKey: (kernelName, config) => ({...config, kernelName}),
    funcOf: (config) => config.gradFunc,
    map: globalMap('gradRegistry', get),
  };
}

function missing(key: string): () => never {
  return () => {
    throw new ConvgradError(key, 'nothing is registered under this name.');
  };
}

/** The map that tfjs-core keeps on the global object and shares between its copies; undefined unless `get` reads from it. */
function globalMap<C>(name: string, get: (key: string) => C | undefined): Map<string, C> | undefined {
  const shared = (globalThis as {_tfGlobals?: Map<string, unknown>})._tfGlobals?.get(name);
  if (!(shared instanceof Map)) return undefined;
  const [entry] = shared as Map<string, C>;
  return entry && get(entry[0]) === entry[1] ? (shared as Map<string, C>) : undefined;
}
