import {type Pass, passes} from '../geometry/pass.js';
import {type Company, timesIn} from './company.js';
import type {Comparison, Got} from './compare.js';
import {faultOf} from './faults.js';
import {fusedPart} from './fusedParts.js';
import {isFused} from './fusedReference.js';
import {activeKernel} from './kernels.js';
import {counted, refuteCalls, refuteKernel, refuteRuns} from './proof.js';
import type {Beside, Inputs, Wanted} from './reference.js';
import {runBeside} from './runBeside.js';
import {type PassRun, type RunOptions, runPass} from './runPass.js';
import {runSecondOrder} from './runSecondOrder.js';
import type {Target} from './target.js';
import type {Trial} from './trial.js';
import {noteRun, type Runs, watched} from './watch.js';

/** A target on one trial: what oracles question. The target must be the selected one as long as they do. */
export class Subject {
  private readonly results = new Map<Pass, Promise<PassRun>>();
  private readonly wanteds = new Map<Pass, Wanted>();
  private readonly repetitions = new Map<Pass, Promise<PassRun>>();

  constructor(
    readonly trial: Trial,
    readonly target: Target,
  ) {}

  /** How its results are to be compared. */
  get comparison(): Comparison {
    const {fill, arithmetic} = this.trial;
    return {fill, arithmetic, headroom: this.target.headroom};
  }

  /** What must come out of a pass, with the bound on reals that the target brings. */
  wanted(pass: Pass): Wanted {
    const known = this.wanteds.get(pass) ?? this.withOwnBounds(this.trial.wanted[pass], pass);
    this.wanteds.set(pass, known);
    return known;
  }

  /** The same with the bounds that the target brings for the pass on the data of the trial, with some of them changed. */
  withOwnBounds(wanted: Wanted, pass: Pass, changed: Partial<Inputs> = {}): Wanted {
    const own = this.ownBound(pass, {...changed, ...wanted.reads});
    const isAfterForward = wanted.bounds !== undefined && pass !== 'forward';
    return {...wanted, own, ...(isAfterForward ? {ownOfForward: this.ownBound('forward', changed)} : {})};
  }

  /** The bound that the target brings for a pass on the data of the trial with some of them changed. */
  ownBound(pass: Pass, changed: Partial<Inputs> = {}): Wanted['own'] {
    const {problem, inputs, fill} = this.trial;
    if (fill === 'integers' || this.target.supports(problem, pass) !== true) return undefined;
    return this.target.errorBound?.(problem, {...inputs, ...changed}, pass);
  }

  /** A pass on the data of the trial; computed once, however many ask. @throws Error with the reason when it was not the target that ran */
  result(pass: Pass): Promise<PassRun> {
    const result = this.results.get(pass) ?? this.run(pass, {});
    this.results.set(pass, result);
    return result;
  }

  /** The last of three more runs with one filter, so that what is kept of it is used; the inputs are read back. Computed once, however many ask. @throws Error like `result` */
  again(pass: Pass): Promise<PassRun> {
    const repetition = this.repetitions.get(pass) ?? this.run(pass, {}, {readBack: true, times: 3});
    this.repetitions.set(pass, repetition);
    return repetition;
  }

  /**
   * ∂⟨g, v⟩ by each input of a gradient g, in the order of `passTensors`, taken by the tape.
   * @throws Error like `result`, for each of the passes that the tape must have run: forward twice, the others once
   */
  secondDerivatives(pass: Exclude<Pass, 'forward'>, v: Float32Array): Promise<Float32Array[]> {
    const {problem, inputs, provenance} = this.trial;
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

  /** The gradients of a fused convolution by its bias and slopes, none without an epilogue. @throws Error like `result`, for the forward pass on the tape */
  async gradientsBeside(): Promise<Partial<Record<keyof Beside, Got>>> {
    const {problem, inputs, provenance} = this.trial;
    if (!isFused(problem)) return {};
    const around = <T>(compute: () => T): T => {
      if (this.target.imported?.beside) return this.target.imported.beside(problem, compute);
      const {value, calls} = this.watch(compute);
      demand(refuteCalls(calls, this.target, 'forward', problem));
      return value;
    };
    return runBeside(problem, inputs, around, provenance);
  }

  /** Runs a kernel of tfjs's that convgrad replaces and that is no convolution. @throws Error with the reason when it was not convgrad's that ran, once */
  runsKernel<T>(name: string, compute: () => T): T {
    const active = activeKernel(this.target.backend, name);
    if (active !== 'convgrad') throw new Error(`convgrad's ${name} is not the active one: ${active} is`);
    const {value, runs} = this.watch(compute);
    if (runs.get(name) !== 1) throw new Error(`${name} should have run once; it ran ${runs.get(name) ?? 0}×`);
    return value;
  }

  /** A pass on the data of the trial with some of them changed. @throws Error like `result` */
  run(pass: Pass, changed: Partial<Inputs>, options: RunOptions = {}): Promise<PassRun> {
    const {problem, inputs, provenance} = this.trial;
    this.target.onRun?.(problem, pass);
    if (this.target.compute) return this.target.compute(problem, {...inputs, ...changed}, pass);
    const {imported} = this.target;
    const {company} = options;
    return runPass(
      problem,
      {...inputs, ...changed},
      pass,
      (compute, other) => {
        if (other)
          return imported ? imported.run(other.problem, other.pass, compute, {company}) : this.watch(compute).value;
        return imported ? imported.run(problem, pass, compute, {company}) : this.proved(pass, compute, company);
      },
      {provenance, ...options},
    );
  }

  private proved<T>(pass: Pass, compute: () => T, company: Company = {}): T {
    const {problem} = this.trial;
    demand(refuteKernel(this.target, pass, problem));
    const {value, calls, runs} = this.watch(compute);
    demand(refuteRuns(runs, pass, problem));
    demand(refuteCalls(calls, this.target, pass, problem, timesIn(company)));
    const {backend, algorithm} = this.target;
    const part = isFused(problem) && pass === 'forward' ? fusedPart(backend, algorithm, problem) : undefined;
    if (part) noteRun(backend, part);
    return value;
  }

  /** Runs and counts, with the mistake that is planted into the target, if one is. */
  private watch<T>(compute: () => T): {value: T; calls: Map<string, number>; runs: Runs} {
    const {backend, algorithm} = this.target;
    const {value, calls} = counted(() => watched(backend, faultOf(algorithm), compute));
    return {...value, calls};
  }
}

function demand(refuted: string | undefined): void {
  if (refuted) throw new Error(refuted);
}
