import type {Pass} from '../geometry/pass.js';
import {builtinNames} from '../plugin/kernels.js';
import {arithmeticOf} from './bound.js';
import type {Comparison} from './compare.js';
import {withKernel} from './kernels.js';
import {counted, refuteCalls, refuteKernel} from './proof.js';
import type {Inputs} from './reference.js';
import {type PassRun, runPass} from './runPass.js';
import type {Target} from './target.js';
import type {Trial} from './trial.js';

/** A target on one trial: what oracles question. The target must be the selected one as long as they do. */
export class Subject {
  private readonly results = new Map<Pass, Promise<PassRun>>();

  constructor(
    readonly trial: Trial,
    readonly target: Target,
  ) {}

  /** How its results are to be compared. */
  get comparison(): Comparison {
    const {backend, headroom} = this.target;
    return {fill: this.trial.fill, arithmetic: arithmeticOf(backend), headroom};
  }

  /** A pass on the data of the trial; computed once, however many ask. @throws Error with the reason when it was not the target that ran */
  result(pass: Pass): Promise<PassRun> {
    const result = this.results.get(pass) ?? this.run(pass, {});
    this.results.set(pass, result);
    return result;
  }

  /** A pass on the data of the trial with some of them changed. @throws Error like `result` */
  run(pass: Pass, changed: Partial<Inputs>): Promise<PassRun> {
    const {problem, inputs} = this.trial;
    if (this.target.compute) return this.target.compute(problem, {...inputs, ...changed}, pass);
    const imported = this.target.kernels?.get(pass);
    return runPass(problem, {...inputs, ...changed}, pass, (compute) => {
      if (!imported) return this.proved(pass, compute);
      let runs = 0;
      const kernelFunc: typeof imported.kernelFunc = (params) => {
        runs++;
        return imported.kernelFunc(params);
      };
      return withKernel({...imported, kernelFunc}, () => {
        const result = compute();
        if (runs !== 1) throw new Error(`the imported ${builtinNames[pass]} should have run once; it ran ${runs}×`);
        return result;
      });
    });
  }

  private proved<T>(pass: Pass, compute: () => T): T {
    const refuted = refuteKernel(this.target, pass);
    if (refuted) throw new Error(refuted);
    const {value, calls} = counted(compute);
    const unproved = refuteCalls(calls, this.target, pass, this.trial.problem);
    if (unproved) throw new Error(unproved);
    return value;
  }
}
