import type {NamedAttrMap, Tensor, Variable} from '@tensorflow/tfjs-core';
import type {Tf} from './tfjs.js';

/** One op that tfjs's tape remembers. */
export interface TapeNode {
  kernelName: string;
  inputs: Record<string, Tensor>;
  outputs: Tensor[];
  /** Tensors that tfjs keeps until the backward pass is over. */
  saved: Tensor[];
  /** Returns functions that compute the gradients of the inputs, by input. */
  gradient?: ((dys: Tensor[]) => Record<string, () => Tensor>) | undefined;
}

/** The parts of tfjs-core's engine that the rules use. They are the same in all versions 4.x. */
export interface EngineInternals {
  state: {
    activeTape: TapeNode[] | null;
    gradientDepth: number;
    /** Above zero while a kernel or a `tf.customGrad` computes its value; the tape does not record then. */
    kernelDepth: number;
    registeredVariables: Record<string, Variable>;
  };
  runKernel(kernelName: string, inputs: Record<string, Tensor>, attrs?: NamedAttrMap): Tensor | Tensor[];
  addTapeNode(
    kernelName: string,
    inputs: Record<string, Tensor>,
    outputs: Tensor[],
    gradient: unknown,
    saved: Tensor[],
    attrs?: NamedAttrMap,
  ): void;
}

/** The engine of a copy of tfjs. */
export function engineInternals(tf: Tf): EngineInternals {
  return tf.engine() as unknown as EngineInternals;
}

/** Runs fn without recording it on the tape. */
export function untaped<T>(engine: EngineInternals, fn: () => T): T {
  engine.state.kernelDepth++;
  try {
    return fn();
  } finally {
    engine.state.kernelDepth--;
  }
}
