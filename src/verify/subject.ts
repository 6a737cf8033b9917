import type {Pass} from '../geometry/pass.js';
import {builtinNames} from '../plugin/kernels.js';
import {withKernel} from './kernels.js';
import {counted, refuteCalls, refuteKernel} from './proof.js';
import {type PassRun, runPass} from './runPass.js';
import type {Target} from './target.js';
import type {Trial} from './trial.js';

/** Runs one pass on the target and makes sure that it was the target that ran. @throws Error with the reason when it was not */
export function runSubject(trial: Trial, target: Target, pass: Pass): Promise<PassRun> {
  const imported = target.kernels?.get(pass);
  return runPass(trial, pass, (compute) => {
    if (!imported) return proved(trial, target, pass, compute);
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

function proved<T>(trial: Trial, target: Target, pass: Pass, compute: () => T): T {
  const refuted = refuteKernel(target, pass);
  if (refuted) throw new Error(refuted);
  const {value, calls} = counted(compute);
  const unproved = refuteCalls(calls, target, pass, trial.problem);
  if (unproved) throw new Error(unproved);
  return value;
}
