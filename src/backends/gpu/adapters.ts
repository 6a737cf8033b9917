import {engine} from '@tensorflow/tfjs';

/** Whether what an adapter calls itself names a program that computes on the processor what a GPU would. */
export function isSoftwareName(name: string): boolean {
  return /swiftshader|llvmpipe|softpipe|basic render/i.test(name);
}

/** tfjs's backend of that name, where there is one already; asking for it makes none. */
export function activeBackend<T>(name: string): T | undefined {
  return (engine().registry as Record<string, unknown>)[name] as T | undefined;
}
