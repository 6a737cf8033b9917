import type {KernelFunc} from '@tensorflow/tfjs';

/** A mistake that lies in no algorithm: in a kernel that tfjs calls, or in what tfjs does around it. */
export interface Fault {
  /** The kernel that stands in for the registered one of that name, which it may call; undefined where it leaves it. */
  kernel?(name: string, right: KernelFunc): KernelFunc | undefined;
  /** Breaks something else of tfjs's. @returns the undo */
  inject?(backend: string): () => void;
}

const injected = new Map<string, Fault>();

/** Plants a mistake into every run of an algorithm, which is right itself. @returns the undo */
export function injectFault(algorithm: string, fault: Fault): () => void {
  injected.set(algorithm, fault);
  return () => injected.delete(algorithm);
}

/** The mistake that is planted into the runs of an algorithm. */
export function injectedFault(algorithm: string): Fault | undefined {
  return injected.get(algorithm);
}
