import {engine} from '@tensorflow/tfjs-core';
import {resolveAlias} from '../aliases.js';

/** Whether an adapter's name belongs to a software renderer, which does a GPU's work on the processor. */
export function isSoftwareRenderer(name: string): boolean {
  return /swiftshader|llvmpipe|softpipe|basic render/i.test(name);
}

/**
 * Returns tfjs's backend of that name if it already exists, and never creates one. If the active backend is a copy of it under another
 * name, returns that copy.
 */
export function activeBackend<T>(name: string): T | undefined {
  const {registry, backendName} = engine();
  const own = resolveAlias(backendName ?? '') === name ? backendName : name;
  return (registry as Record<string, unknown>)[own] as T | undefined;
}
