import {engine} from '@tensorflow/tfjs';
import {resolveAlias} from '../servedBackends.js';

/** Whether what an adapter calls itself names a program that computes on the processor what a GPU would. */
export function isSoftwareRenderer(name: string): boolean {
  return /swiftshader|llvmpipe|softpipe|basic render/i.test(name);
}

/** tfjs's backend of that name, where there is one already; asking for it makes none. The active one, where that is a copy of it under another name. */
export function activeBackend<T>(name: string): T | undefined {
  const {registry, backendName} = engine();
  const own = resolveAlias(backendName ?? '') === name ? backendName : name;
  return (registry as Record<string, unknown>)[own] as T | undefined;
}
