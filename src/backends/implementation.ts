import type {TensorInfo} from '@tensorflow/tfjs';
import type {Algorithm, Cost} from '../algorithms/algorithm.js';
import type {CoverageCounter} from '../engine/coverageCounter.js';
import type {Engine} from '../engine/engine.js';
import type {Activation, KernelLanguage} from '../geometry/activations.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import type {Pass} from '../geometry/pass.js';

/** One algorithm on one backend, on tensors in NHWC order. */
export interface Implementation {
  /** The algorithm's name in the catalogue; `direct` if the backend has only the definition. */
  readonly algorithm: string;
  /**
   * Where one Inf or NaN of an input may spread, see `Algorithm.footprint`. If absent, the declaration of the algorithm of that name holds.
   */
  readonly footprint?: Algorithm['footprint'];
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
   * ≥ 1, and are NHWC whatever `info.dataFormat` says. Their memory holds floats (`BackendFamily.floats`). The pass includes the epilogue,
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

/** The implementations that serve a family of tfjs backends. */
export interface BackendFamily {
  /** Names of the tfjs backends served, e.g. `['cpu']`. */
  readonly backends: readonly string[];
  /** In order of preference, which decides wherever predicted times do not. */
  implementations(): readonly Implementation[];
  /** By backend: tfjs's own kernels, which compete if the caller names no algorithm. */
  readonly builtins?: Readonly<Record<string, Builtin>>;
  /** The language whose expressions its kernels apply to their sums; absent if they apply no activation. */
  readonly kernelLanguage?: KernelLanguage;
  /** The engine that its implementations compute on, if they use one. */
  engine?(): Engine;
  /**
   * Below this many operations the order of preference decides, because predicting takes longer than a better choice saves. Absent if
   * predictions always decide.
   */
  readonly minPredictedFlops?: number;
  /** Whether kernels compile when they first run, which takes longer than a better choice can save. */
  readonly compiles?: true;
  /** The source of the predicted times on a backend, in words for users; absent if they are measured on this machine. */
  ratesSource?(): string;
  /** Tells whether the memory of a float32 tensor holds floats, and copies integers to floats. Absent if it always holds floats. */
  readonly floats?: {
    areHeld(backend: object, tensor: TensorInfo): boolean;
    copy(backend: object, tensor: TensorInfo): TensorInfo;
    /** Whether tfjs's clone of such a tensor takes its integers for floats. The tape saves clones. */
    readonly areLostInClones?: true;
  };
  /** Counters of code paths that a verification campaign must reach, beside every pass of every implementation. */
  counters(): readonly CoverageCounter[];
}
