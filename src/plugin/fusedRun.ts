import type {NamedAttrMap, TensorInfo} from '@tensorflow/tfjs';

/** A fused convolution that ran without activation: what its gradient needs to know. */
export interface FusedRun {
  x: TensorInfo;
  filter: TensorInfo;
  bias?: TensorInfo | null | undefined;
  y: TensorInfo;
  attrs: NamedAttrMap;
}

let last: FusedRun | undefined;

/** To be called by the kernel when it has run. */
export function recordFusedRun(run: FusedRun): void {
  last = run;
}

/** Runs fn. @returns what it returned, and the last fused convolution that ran in it and in no `watchFusedRuns` inside it */
export function captureFusedRun<T>(fn: () => T): {value: T; run: FusedRun | undefined} {
  const outer = last;
  last = undefined;
  try {
    return {value: fn(), run: last};
  } finally {
    last = outer;
  }
}
