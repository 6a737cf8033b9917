import type {KernelFunc} from '@tensorflow/tfjs-core';

/** A planted mistake that lies in no algorithm, but in a kernel that tfjs calls, or in what tfjs does around it. */
export interface Fault {
  /** Returns the kernel that replaces the registered one of that name, which it may call. Returns undefined to leave that one in place. */
  kernel?(name: string, right: KernelFunc): KernelFunc | undefined;
  /** Breaks another part of tfjs. @returns the undo */
  inject?(backend: string): () => void;
}

const injected = new Map<string, Fault>();

/** Plants a mistake into every run of an algorithm that is itself right. @returns the undo */
export function injectFault(algorithm: string, fault: Fault): () => void {
  injected.set(algorithm, fault);
  return () => injected.delete(algorithm);
}

/** The mistake that is planted into the runs of an algorithm, if there is one. */
export function injectedFault(algorithm: string): Fault | undefined {
  return injected.get(algorithm);
}
