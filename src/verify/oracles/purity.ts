import {passes, passTensors} from '../../geometry/pass.js';
import type {Inputs} from '../reference.js';
import {firstDifference} from './firstDifference.js';
import type {Oracle} from './oracle.js';

/** A pass leaves its inputs as they were, to the last bit. */
export const purityOracle: Oracle = {
  name: 'purity',
  passes,
  fills: ['reals'],
  isAbout: () => true,
  oneInOnGpu: 4,
  oneAlgorithm: true,
  judges: () => true,
  async judge(subject, pass) {
    const {inputsAfter} = await subject.again(pass);
    if (!inputsAfter) return {status: 'skipped', reason: 'the inputs were not read back'};
    for (const name of passTensors[pass].inputs as readonly (keyof Inputs)[]) {
      const before = subject.trial.inputs[name];
      const after = inputsAfter[name];
      const index = firstDifference(after, before);
      if (index < 0) continue;
      const reason = `element ${index} of ${name} was ${before[index]} and is ${after[index]} after the run`;
      return {status: 'failed', reason};
    }
    for (const name of ['bias', 'slopes'] as const) {
      const [before, after] = [subject.trial.inputs[name], inputsAfter[name]];
      if (!before || !after || firstDifference(after, before) < 0) continue;
      return {status: 'failed', reason: `${name} is overwritten by the run`};
    }
    return {status: 'passed'};
  },
};
