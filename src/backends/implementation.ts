import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {Algorithm, Cost} from '../algorithms/algorithm.js';
import type {CoverageCounter} from '../engine/coverageCounter.js';
import type {Activation} from '../geometry/activations.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import type {Pass} from '../geometry/pass.js';

/** One algorithm on one backend, on tensors in NHWC order. */
export interface Implementation {
  /** The algorithm's name in the catalogue; `direct` if the backend has only the definition. */
  readonly algorithm: string;
  /**
   * What `Algorithm` says of them. Where one is absent, the declaration of the algorithm of that name holds, if the catalogue has one, and
   * else that of the definition.
   */
  readonly footprint?: Algorithm['footprint'];
  readonly integerHeadroom?: Algorithm['integerHeadroom'];
  readonly tile?: Algorithm['tile'];
  readonly errorBound?: Algorithm['errorBound'];
  /** Counters of its code paths that some problems do not reach, beside one for each pass; none by default. */
  readonly counters?: readonly CoverageCounter[] | undefined;
  /** The passes that it can compute for some problem; `supports` answers for a given problem. */
  readonly passes: readonly Pass[];
  /** True, or the reason why not, in words for users. */
  supports(info: Conv2DInfo, pass: Pass): true | string;
  /** What a supported pass costs; absent if its work is not counted. */
  cost?(info: Conv2DInfo, pass: Pass): Cost;
  /** Warms up the kernels that `predict` times. Called for every candidate. */
  prepare?(info: Conv2DInfo, pass: Pass): void;
  /** Predicted milliseconds of a supported pass on this machine; absent, or undefined, if there is no prediction. */
  predict?(info: Conv2DInfo, pass: Pass): number | undefined;
  /**
   * Whether it is known to be the fastest for this. It then comes first, unless predicted times decide or the caller names an algorithm.
   */
  isFaster?(info: Conv2DInfo, pass: Pass): boolean;
  /** See `Algorithm`. */
  readonly accuracy?: 'fast' | undefined;
  /** Whether `run` computes this epilogue in the same kernel on that backend; absent if it never does. */
  fuses?(info: Conv2DInfo, epilogue: TensorEpilogue, backend: object): boolean;
  /**
   * Computes one pass from its two inputs, given in the order of `passTensors`. Inputs have shapes `shapeOf(info, …)`, dtype float32, batch
   * ≥ 1, and are NHWC whatever `info.dataFormat` says. Their memory holds floats (`Backend.floats`). The pass includes the epilogue,
   * if `fuses` accepts it. Keeps and changes none of its inputs.
   * @returns a new float32 tensor of the output's shape, which the caller owns
   */
  run(
    pass: Pass,
    info: Conv2DInfo,
    a: TensorInfo,
    b: TensorInfo,
    backend: object,
    epilogue?: TensorEpilogue,
  ): TensorInfo;
}

/** What may follow a forward pass within the same kernel: y ← activation(y + bias). */
export interface TensorEpilogue {
  activation: Activation;
  bias?: TensorInfo | null | undefined;
  /** Slopes of prelu below zero; only where the activation reads them. */
  preluActivationWeights?: TensorInfo | null | undefined;
  /** Slope of leakyrelu below zero. */
  leakyreluAlpha: number;
}

/** Where tfjs's own kernels are as right as ours, if they get the resolved geometry as explicit pads. */
export interface Builtin {
  readonly passes: readonly Pass[];
  /** Whether they are faster too, and so come first if the caller names no algorithm; absent if `predict` answers that. */
  isFaster?(info: Conv2DInfo, pass: Pass): boolean;
  /** See {@link Implementation}. */
  cost?(info: Conv2DInfo, pass: Pass): Cost;
  predict?(info: Conv2DInfo, pass: Pass): number | undefined;
  /** True, or the reason why not, in words for users. */
  supports(info: Conv2DInfo, pass: Pass): true | string;
  fuses(info: Conv2DInfo, epilogue: TensorEpilogue, backend: object): boolean;
  /** Runs a kernel that does not report its own failures. By default the kernel simply gets the backend. */
  run?(
    backend: object,
    inputs: Readonly<Record<string, TensorInfo | null | undefined>>,
    kernel: (backend: object) => TensorInfo,
  ): TensorInfo;
}
