import {passes, passTensors} from '../../geometry/pass.js';
import type {Inputs} from '../reference.js';
import type {Oracle} from './oracle.js';

/** A pass is linear in each input, so zeros in one give zeros: nothing is added that comes from elsewhere. */
export const zeroOracle: Oracle = {
  name: 'zero',
  passes,
  fills: ['integers'],
  oneInOnGpu: 8,
  oneInLarge: 4,
  oneAlgorithm: true,
  judges: () => true,
  async judge(subject, pass) {
    for (const name of passTensors[pass].inputs as readonly (keyof Inputs)[]) {
      const zeros = new Float32Array(subject.trial.inputs[name].length);
      const {values} = (await subject.run(pass, {[name]: zeros})).got;
      for (let index = 0; index < values.length; index++) {
        if (values[index] === 0) continue;
        return {status: 'failed', reason: `element ${index} is ${values[index]} although ${name} is zero`};
      }
    }
    return {status: 'passed'};
  },
};
