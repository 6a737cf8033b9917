import type {KernelFunc, TensorInfo} from '@tensorflow/tfjs-core';
import type {CoverageCounter} from '../engine/coverageCounter.js';
import type {Engine} from '../engine/engine.js';
import type {KernelLanguage} from '../geometry/activations.js';
import type {Pass} from '../geometry/pass.js';
import type {Problem} from '../geometry/problem.js';
import type {Arithmetic} from './arithmetic.js';
import type {Builtin, Implementation} from './implementation.js';
import type {TestEquipment} from './testEquipment.js';

/** A tfjs backend that convgrad serves: how it is served, and what the rest of the code needs to know of it. */
export interface Backend {
  /** The name in tfjs's registry; also that of the folder. */
  readonly name: string;
  /** In order of preference, which decides wherever predicted times do not. */
  implementations(): readonly Implementation[];
  /** Counters of code paths that several implementations share. A verification campaign must reach them, as it must those of each. */
  counters?(): readonly CoverageCounter[];
  /** tfjs's own kernels, which compete if the caller names no algorithm; absent where they are never used. */
  readonly builtin?: Builtin;
  /** The language whose expressions its kernels apply to their sums; absent if they apply no activation. */
  readonly kernelLanguage?: KernelLanguage;
  /** The engine that the implementations compute on. Only backends whose tensors JavaScript can reach have one. */
  engine?(): Engine;
  /**
   * Below this many operations the order of preference decides, because predicting takes longer than a better choice saves. Absent if
   * predictions always decide.
   */
  readonly minPredictedFlops?: number;
  /** Whether kernels compile when they first run, which takes longer than a better choice can save. */
  readonly compiles?: true;
  /** The source of the predicted times, in words for users; absent if they are measured on this machine. */
  ratesSource?(): string;
  /** Tells whether the memory of a float32 tensor holds floats, and copies integers to floats. Absent if it always holds floats. */
  readonly floats?: {
    areHeld(instance: object, tensor: TensorInfo): boolean;
    copy(instance: object, tensor: TensorInfo): TensorInfo;
    /** Whether tfjs's clone of such a tensor takes its integers for floats. The tape saves clones. */
    readonly areLostInClones?: true;
  };
  /** Hooks of `install()`. */
  readonly lifecycle?: {
    /** Prepares an instance before kernels of convgrad's run on it. A second call changes nothing. */
    setUp?(instance: object): void;
    /** Called by each `install()`. */
    install?(): void;
    /** Called by `uninstall()`; undoes both others. */
    uninstall?(): void;
  };
  /** How it rounds, from which error bounds follow. */
  readonly arithmetic: Arithmetic;
  /** Where a device may store its tensors as float16: how they round then, whether they are stored so, and a switch that forces it. */
  readonly float16?: {
    readonly arithmetic: Arithmetic;
    /** The backend must be ready. */
    isStored(): boolean;
    /** Works only before the backend is first used. */
    force(): void;
  };
  /**
   * How a result is read: it lies in `memory` that JavaScript reaches as soon as the kernel returns, `dataSync()` waits for the device, or
   * only `data()` does.
   */
  readonly reads: 'memory' | 'dataSync' | 'data';
  /** What tfjs's own kernels do wrong there, beyond what they do wrong everywhere. */
  readonly faults: BuiltinFaults;
  /** The npm package that registers it; absent where tfjs itself does. */
  readonly npm?: {
    readonly name: string;
    /** Where it needs `navigator.gpu`: the package that gives Node one. Pages have it, and import `name` too. */
    readonly gpuInNode?: string;
  };
  /** The flag of tfjs that lets it compute with small tensors on the host instead; absent where it never does. */
  readonly cpuForwardFlag?: string;
  /** The provenances that `verify` can give to its tensors alone. */
  readonly provenances?: readonly string[];
  /** Loads what `verify`, `bench` and `doctor` need of it. Nothing in production does. */
  equipment(): Promise<TestEquipment>;
}

/** What tfjs's own kernels do wrong on a backend. */
export interface BuiltinFaults {
  /** Describes for users where a convolution throws or is known to be wrong; undefined where no fault is known. */
  ofConvolution?(problem: Problem, pass: Pass): string | undefined;
  /** Describes where a convolution of integers errs, although it is within the bound of reals. */
  onIntegers?(problem: Problem, pass: Pass): string | undefined;
  /** Gradients of other operations. */
  readonly gradients: readonly WrongGradient[];
  /** Kernels other than convolutions that convgrad replaces, by name. */
  readonly repairedKernels?: Readonly<Record<string, KernelFunc>>;
}

/** A gradient that tfjs 4.22 has but computes wrong, and when. */
export interface WrongGradient {
  op: string;
  when: string;
  /** Whether convgrad, when installed, computes it right. */
  repaired: boolean;
}
