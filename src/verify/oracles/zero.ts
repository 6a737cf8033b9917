import {type Pass, passes, passTensors} from '../../geometry/pass.js';
import {formatProblem} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';
import {compare, type Verdict} from '../reference/compare.js';
import {type Inputs, reference} from '../reference/reference.js';
import type {ImplementationUnderTest} from '../run/implementationUnderTest.js';
import {largest} from './numbers.js';
import type {Oracle} from './oracle.js';

/**
 * A pass is linear in each input, so zeros in one input must give zeros: the pass adds nothing that comes from elsewhere. One number
 * everywhere, as in the dy of a sum or a mean, is an input like any other. The result must be what the definition says.
 */
export const zeroOracle: Oracle = {
  name: 'zero',
  passes,
  fills: ['integers'],
  oneInOnGpu: 8,
  oneInLarge: 4,
  oneAlgorithm: true,
  judges: () => true,
  async judge(implementation, pass) {
    const names = passTensors[pass].inputs as readonly (keyof Inputs)[];
    for (const name of names) {
      const zeros = new Float32Array(implementation.testVector.inputs[name].length);
      const {values} = (await implementation.run(pass, {[name]: zeros})).got;
      for (let index = 0; index < values.length; index++) {
        if (values[index] === 0) continue;
        return {status: 'failed', reason: `element ${index} is ${values[index]} although ${name} is zero`};
      }
    }
    const next = randomFrom(`constant/${formatProblem(implementation.testVector.problem)}/${pass}`);
    return constant(implementation, pass, names[next() % names.length]);
  },
};

/** Judges the result where one input is the same number everywhere. */
async function constant(implementation: ImplementationUnderTest, pass: Pass, name: keyof Inputs): Promise<Verdict> {
  const {problem, inputs} = implementation.testVector;
  const value = Math.min(2, largest(inputs[name]));
  if (value === 0) return {status: 'passed'};
  const changed = {[name]: inputs[name].map(() => value)};
  const {got} = await implementation.run(pass, changed);
  const expected = implementation.withOwnBounds(reference(problem, {...inputs, ...changed})[pass], pass, changed);
  const {status, reason} = compare(got, expected, implementation.comparison);
  // Only a failure counts. Sums of the other input may be zero, and such data are not drawn to stay exact.
  return status === 'failed' ? {status, reason: `where ${name} is ${value} everywhere: ${reason}`} : {status: 'passed'};
}
