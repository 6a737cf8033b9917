import {type Pass, passes} from '../../geometry/pass.js';
import {isRepeatable} from '../data/repeatable.js';
import type {TestVector} from '../data/testVector.js';
import {addRun, countKernelRuns, type KernelRuns} from '../proof/countKernelRuns.js';
import {fusedCounter} from '../proof/fusedCounters.js';
import {countCalls, refuteCalls, refuteKernel, refuteRuns} from '../proof/proof.js';
import type {Actual, CompareOptions} from '../reference/compare.js';
import {isFused} from '../reference/fusedReference.js';
import type {EpilogueInputs, Expected, Inputs} from '../reference/reference.js';
import {injectedFault} from './faultInjection.js';
import {activeKernel} from './kernels.js';
import {runEpilogueGradients} from './runEpilogueGradients.js';
import {type PassResult, type RunOptions, runPass} from './runPass.js';
import {runSecondOrder} from './runSecondOrder.js';
import {type SurroundingCalls, timesIn} from './surroundingCalls.js';
import type {Target} from './target.js';

/** A target on one test vector, which oracles question. The target must stay the selected one meanwhile. */
export class ImplementationUnderTest {
  private readonly results = new Map<Pass, Promise<PassResult>>();
  private readonly expectedByPass = new Map<Pass, Expected>();
  private readonly repetitions = new Map<Pass, Promise<PassResult>>();

  /** @param isThorough whether checks that are repeated with many data and contexts take them all */
  constructor(
    readonly testVector: TestVector,
    readonly target: Target,
    readonly isThorough = true,
  ) {}

  /** How to compare its results. */
  get comparison(): CompareOptions {
    const {fill, arithmetic} = this.testVector;
    return {fill, arithmetic, headroom: this.target.headroom};
  }

  /** The expected result of a pass, with the bound on reals that the target brings. */
  expected(pass: Pass): Expected {
    const known = this.expectedByPass.get(pass) ?? this.withOwnBounds(this.testVector.expected[pass], pass);
    this.expectedByPass.set(pass, known);
    return known;
  }

  /** Adds the bounds that the target brings for the pass, on the data of the test vector with some of them changed. */
  withOwnBounds(expected: Expected, pass: Pass, changed: Partial<Inputs> = {}): Expected {
    const own = this.ownBound(pass, {...changed, ...expected.reads});
    const isAfterForward = expected.bounds !== undefined && pass !== 'forward';
    return {...expected, own, ...(isAfterForward ? {ownOfForward: this.ownBound('forward', changed)} : {})};
  }

  /** The bound that the target brings for a pass, on the data of the test vector with some of them changed. There is none on integers. */
  ownBound(pass: Pass, changed: Partial<Inputs> = {}): Expected['own'] {
    const {problem, inputs, fill} = this.testVector;
    if (fill === 'integers' || this.target.supports(problem, pass) !== true) return undefined;
    return this.target.errorBound?.(problem, {...inputs, ...changed}, pass);
  }

  /**
   * Runs a pass on the data of the test vector, once however many ask. @throws Error with the reason when it was not the target that ran
   */
  result(pass: Pass): Promise<PassResult> {
    const result = this.results.get(pass) ?? this.run(pass, {});
    this.results.set(pass, result);
    return result;
  }

  /**
   * Runs a pass three more times with one filter, so that what is cached of the filter is used. Returns the last run, with the inputs read
   * back. It runs once however many ask. @throws Error like `result`
   */
  again(pass: Pass): Promise<PassResult> {
    const repetition = this.repetitions.get(pass) ?? this.run(pass, {}, {readBack: true, times: 3});
    this.repetitions.set(pass, repetition);
    return repetition;
  }

  /**
   * Computes ∂⟨g, v⟩ by each input of a gradient g, in the order of `passTensors`, on the tape.
   * @throws Error like `result`, for each of the passes that the tape must have run: forward twice, the others once
   */
  secondDerivatives(pass: Exclude<Pass, 'forward'>, v: Float32Array): Promise<Float32Array[]> {
    const {problem, inputs, provenance} = this.testVector;
    const around = <T>(compute: () => T): T => {
      if (this.target.imported?.secondOrder) return this.target.imported.secondOrder(problem, compute);
      const {value, calls} = this.watch(compute);
      for (const served of passes) {
        const times = served === 'forward' ? 2 : 1;
        demand(refuteKernel(this.target, served, problem) ?? refuteCalls(calls, this.target, served, problem, times));
      }
      return value;
    };
    return runSecondOrder(problem, inputs, pass, v, around, provenance);
  }

  /**
   * The gradients of a fused convolution by its bias and slopes; none without an epilogue. @throws Error like `result`, for the forward
   * pass on the tape
   */
  async epilogueGradients(): Promise<Partial<Record<keyof EpilogueInputs, Actual>>> {
    const {problem, inputs, provenance} = this.testVector;
    if (!isFused(problem)) return {};
    const around = <T>(compute: () => T): T => {
      if (this.target.imported?.epilogueGradients) return this.target.imported.epilogueGradients(problem, compute);
      const {value, calls} = this.watch(compute);
      demand(refuteCalls(calls, this.target, 'forward', problem));
      return value;
    };
    return runEpilogueGradients(problem, inputs, around, provenance);
  }

  /**
   * Runs a kernel that convgrad replaces and that is no convolution. @throws Error with the reason unless convgrad's kernel ran exactly
   * once
   */
  runsKernel<T>(name: string, compute: () => T): T {
    const active = activeKernel(this.target.backend, name);
    if (active !== 'convgrad') throw new Error(`convgrad's ${name} is not the active one: ${active} is`);
    const {value, runs} = this.watch(compute);
    if (runs.get(name) !== 1) throw new Error(`${name} should have run once; it ran ${runs.get(name) ?? 0}×`);
    return value;
  }

  /** Runs a pass on the data of the test vector with some of them changed. @throws Error like `result` */
  run(pass: Pass, changed: Partial<Inputs> = {}, options: RunOptions = {}): Promise<PassResult> {
    const {problem, inputs, provenance} = this.testVector;
    this.target.onRun?.(problem, pass);
    if (this.target.compute) return this.target.compute(problem, {...inputs, ...changed}, pass);
    const {imported} = this.target;
    const {surrounding} = options;
    return runPass(
      problem,
      {...inputs, ...changed},
      pass,
      (compute, other) => {
        if (other)
          return imported ? imported.run(other.problem, other.pass, compute, {surrounding}) : this.watch(compute).value;
        return imported
          ? imported.run(problem, pass, compute, {surrounding})
          : this.runProven(pass, compute, surrounding);
      },
      {provenance, laterCalls: this.laterCalls, ...options},
    );
  }

  /** How many later calls a result must outlive. */
  private get laterCalls(): number {
    if (!isRepeatable(this.testVector.problem)) return 1;
    return this.isThorough ? 40 : 10;
  }

  private runProven<T>(pass: Pass, compute: () => T, surrounding: SurroundingCalls = {}): T {
    const {problem} = this.testVector;
    demand(refuteKernel(this.target, pass, problem));
    const {value, calls, runs} = this.watch(compute);
    demand(refuteRuns(runs, pass, problem));
    demand(refuteCalls(calls, this.target, pass, problem, timesIn(surrounding)));
    const {backend, algorithm} = this.target;
    const part = isFused(problem) && pass === 'forward' ? fusedCounter(backend, algorithm, problem) : undefined;
    if (part) addRun(backend, part);
    return value;
  }

  /** Runs compute and counts calls, with the mistake that is planted into the target, if there is one. */
  private watch<T>(compute: () => T): {value: T; calls: Map<string, number>; runs: KernelRuns} {
    const {backend, algorithm} = this.target;
    const {value, calls} = countCalls(() => countKernelRuns(backend, injectedFault(algorithm), compute));
    return {...value, calls};
  }
}

function demand(refuted: string | undefined): void {
  if (refuted) throw new Error(refuted);
}
