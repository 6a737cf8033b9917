import type {NamedAttrMap, TensorInfo} from '@tensorflow/tfjs-core';

/** A fused convolution that ran without an activation, with what its gradient needs. */
export interface FusedRun {
  x: TensorInfo;
  filter: TensorInfo;
  bias?: TensorInfo | null | undefined;
  y: TensorInfo;
  attrs: NamedAttrMap;
}

let last: FusedRun | undefined;

/** The fused kernel calls this after it has run. */
export function recordFusedRun(run: FusedRun): void {
  last = run;
}

/** Runs fn. @returns its result, and the last fused convolution that ran in fn, except inside a nested `captureFusedRun` */
export function captureFusedRun<T>(fn: () => T): {value: T; run: FusedRun | undefined} {
  const outer = last;
  last = undefined;
  try {
    return {value: fn(), run: last};
  } finally {
    last = outer;
  }
}
