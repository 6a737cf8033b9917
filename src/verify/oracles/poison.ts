import {findAlgorithm} from '../../algorithms/index.js';
import {hostFamily} from '../../backends/host/index.js';
import {jsEngine} from '../../engine/jsEngine.js';
import {passes, passTensors, sizeOf} from '../../geometry/pass.js';
import {problemInfo} from '../../geometry/problem.js';
import type {Inputs} from '../reference.js';
import type {Oracle} from './oracle.js';

/** A pass overwrites its output entirely, whatever it held: one full of NaN has none afterwards. */
export const poisonOracle: Oracle = {
  name: 'poison',
  passes,
  fills: ['reals'],
  judges(problem, _pass, _fill, {backend, kernels, compute}) {
    if (kernels || compute || !hostFamily.backends.includes(backend))
      return 'the output is allocated where nobody can fill it beforehand';
    return problem.batch > 0 || 'an empty batch is answered without an algorithm';
  },
  async judge(subject, pass) {
    await subject.result(pass); // the proof that this algorithm is what the target runs
    const info = problemInfo(subject.trial.problem);
    const {inputs, output} = passTensors[pass];
    const [a, b] = (inputs as readonly (keyof Inputs)[]).map((name) => subject.trial.inputs[name].slice());
    const result = new Float32Array(sizeOf(info, output)).fill(Number.NaN);
    findAlgorithm(subject.target.algorithm)?.[pass]?.(info, a, b, result, jsEngine);
    const index = result.findIndex(Number.isNaN);
    if (index < 0) return {status: 'passed'};
    return {status: 'failed', reason: `element ${index} of ${output} is not overwritten: it is NaN as before the run`};
  },
};
