import type {TensorInfo} from '@tensorflow/tfjs';
import type {Algorithm, Cost} from '../algorithms/algorithm.js';
import type {CoverageCounter} from '../engine/coverageCounter.js';
import type {Engine} from '../engine/engine.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import type {Pass} from '../geometry/pass.js';

/** One algorithm on one backend, on tensors in NHWC order. */
export interface Implementation {
  /** The algorithm's name in the catalogue; `direct` where a backend has only the definition. */
  readonly algorithm: string;
  /** Where one Inf or NaN of an input may spread, see `Algorithm.footprint`; absent, as the algorithm of that name declares. */
  readonly footprint?: Algorithm['footprint'];
  /** The passes that it has at all; see `supports` for those of a problem. */
  readonly passes: readonly Pass[];
  /** True, or the reason why not, in words for users. */
  supports(info: Conv2DInfo, pass: Pass): true | string;
  /** What a pass that it supports costs; absent where nobody counted. */
  cost?(info: Conv2DInfo, pass: Pass): Cost;
  /** Has what `predict` measures run before it is measured; asked of all that stand for choice. */
  prepare?(info: Conv2DInfo, pass: Pass): void;
  /** How long a pass that it supports should take here, in milliseconds; absent, or undefined, where that cannot be told. */
  predict?(info: Conv2DInfo, pass: Pass): number | undefined;
  /** Whether it is known to be the fastest for this, and comes first where no predicted times decide and nobody names an algorithm. */
  isFaster?(info: Conv2DInfo, pass: Pass): boolean;
  /** See `Algorithm`. */
  readonly accuracy?: 'fast' | undefined;
  /** Whether `run` takes this epilogue along on that backend; absent where it takes none. */
  fuses?(info: Conv2DInfo, epilogue: TensorEpilogue, backend: object): boolean;
  /**
   * Computes one pass from its two inputs in the order of `passTensors`: shapes `shapeOf(info, …)`, dtype float32, NHWC whatever
   * `info.dataFormat` says, batch ≥ 1, in memory that holds floats (`BackendFamily.floats`); and what follows it, if it `fuses` that. Returns a new float32 tensor of the output's shape that the caller owns; keeps and changes nothing.
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

/** What may follow a forward pass within the same kernel: y ← activation(y + bias), in tfjs's words. */
export interface TensorEpilogue {
  activation: string;
  bias?: TensorInfo | null | undefined;
  /** prelu's slopes below zero. */
  preluActivationWeights?: TensorInfo | null | undefined;
  /** leakyrelu's slope below zero. */
  leakyreluAlpha: number;
}

/** Where tfjs's own kernels, told the resolved geometry in explicit pads, are as right as ours. */
export interface Builtin {
  readonly passes: readonly Pass[];
  /** Whether they are faster too, and so come first where nobody asks for an algorithm; absent where `predict` tells. */
  isFaster?(info: Conv2DInfo, pass: Pass): boolean;
  /** See {@link Implementation}. */
  cost?(info: Conv2DInfo, pass: Pass): Cost;
  predict?(info: Conv2DInfo, pass: Pass): number | undefined;
  /** True, or the reason why not, in words for users. */
  supports(info: Conv2DInfo, pass: Pass): true | string;
  fuses(info: Conv2DInfo, epilogue: TensorEpilogue, backend: object): boolean;
  /** Runs such a kernel where it does not say for itself that it failed; by default it is called with the backend as it is. */
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
  /** In order of preference, where predicted times do not decide. */
  implementations(): readonly Implementation[];
  /** The backends whose own kernels are used where nobody asks for an algorithm. */
  readonly builtins?: Readonly<Record<string, Builtin>>;
  /** The engine that its implementations compute on, where they have one. */
  engine?(): Engine;
  /** Below so many operations the order of preference decides: predicting would take longer than choosing can save. Absent where it never does. */
  readonly minPredictedFlops?: number;
  /** Whether what runs for the first time is compiled first, which takes longer than a choice can save. */
  readonly compiles?: true;
  /** Where the times that it predicts come from on a backend, for people; absent where they are measured here. */
  ratesSource?(): string;
  /** Where the memory of a float32 tensor may hold integers: whether it holds floats, and a new tensor that does. Absent where it always does. */
  readonly floats?: {
    areHeld(backend: object, tensor: TensorInfo): boolean;
    copy(backend: object, tensor: TensorInfo): TensorInfo;
    /** Whether tfjs's clone of such a tensor takes its integers for floats. The tape saves clones. */
    readonly areLostInClones?: true;
  };
  /** What a campaign must have reached beside every pass of every implementation. */
  counters(): readonly CoverageCounter[];
}
