import {resolveAlias} from './aliases.js';
import {type Arithmetic, ieee} from './arithmetic.js';
import type {Backend} from './backend.js';
import {cpu} from './cpu/index.js';
import {wasm} from './wasm/index.js';
import {webgl} from './webgl/index.js';
import {webgpu} from './webgpu/index.js';

/** The backends that convgrad serves. Each has a folder here with its name. */
const all: Backend[] = [cpu, wasm, webgl, webgpu];

/** The backends of tfjs that convgrad has no kernels for yet. */
export const unservedBackends: readonly string[] = ['tensorflow'];

/** The backends that convgrad serves. */
export function backends(): readonly Backend[] {
  return all;
}

/** The names of the backends that convgrad serves. */
export function servedBackends(): string[] {
  return all.map(({name}) => name);
}

/** The backend of that name, or the one that the name is a copy of; undefined where convgrad serves neither. */
export function backendNamed(name: string): Backend | undefined {
  const original = resolveAlias(name);
  return all.find((backend) => backend.name === original);
}

/** Whether convgrad has kernels for a backend, or for the one that it is a copy of. */
export function isServed(name: string): boolean {
  return backendNamed(name) !== undefined;
}

/**
 * Serves one more backend, as the last of the list.
 * @returns a function that removes it
 */
export function addBackend(backend: Backend): () => void {
  all.push(backend);
  return () => void all.splice(all.indexOf(backend), 1);
}

/** How a backend rounds; like IEEE float32 where convgrad does not serve it. @param f16 whether it stores float16 where it can */
export function arithmeticOf(name: string, f16 = false): Arithmetic {
  const backend = backendNamed(name);
  return (f16 ? backend?.float16?.arithmetic : undefined) ?? backend?.arithmetic ?? ieee;
}

/** Whether the backend computes on a GPU, so that each result has to be read back. */
export function isGpu(name: string): boolean {
  return (backendNamed(name)?.reads ?? 'memory') !== 'memory';
}
