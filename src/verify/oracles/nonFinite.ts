import {isGpu} from '../../backends/index.js';
import {hasZeroSize, passes, passTensors} from '../../geometry/pass.js';
import {problemInfo} from '../../geometry/problem.js';
import type {Inputs} from '../reference/reference.js';
import {mayReach, plantNonFinite} from './footprint.js';
import type {Oracle} from './oracle.js';

/**
 * One Inf and one NaN in an input must reach every output that has one of them in a term. They must reach no output beyond the algorithm's
 * declared footprint. Half or all of the other inputs are zeros: an algorithm that leaves out terms with a zero loses 0·NaN. Imported kernels
 * declare no footprint. They must reach the same outputs, and may reach others of the same image.
 */
export const nonFiniteOracle: Oracle = {
  name: 'nonFinite',
  passes,
  fills: ['integers'],
  oneInOnGpu: 8,
  oneInLarge: 4,
  judges(problem, _pass, _fill, {footprint, imported, backend}) {
    if (!footprint && !imported) return 'it declares no footprint';
    if (!footprint && isGpu(backend))
      return 'it declares no footprint, and shader compilers may assume that there is no NaN';
    return !hasZeroSize(problemInfo(problem)) || 'with a size of 0 there are no values to spread';
  },
  async judge(implementation, pass) {
    const {testVector, target} = implementation;
    const {footprint = 'undeclared'} = target;
    for (const name of passTensors[pass].inputs as readonly (keyof Inputs)[]) {
      const {inputs, at, expected} = plantNonFinite(testVector, name);
      const {values} = (await implementation.run(pass, inputs)).got;
      const tile = target.tile?.(testVector.problem, pass);
      const may = mayReach(testVector.problem, pass, name, at, footprint, tile);
      for (let index = 0; index < values.length; index++) {
        const must = !Number.isFinite(expected[pass].values[index]);
        const reached = !Number.isFinite(values[index]);
        if (reached === must || (reached && may(index))) continue;
        const what = `element ${index} is ${values[index]}`;
        const reason = must
          ? `${what} although a term of it holds an Inf or NaN of ${name}; zero times that is NaN too`
          : footprint === 'undeclared'
            ? `${what}: an Inf or NaN of ${name} reaches another image of the batch`
            : `${what}: an Inf or NaN of ${name} spreads beyond the declared footprint '${footprint}'`;
        return {status: 'failed', reason};
      }
    }
    return {status: 'passed'};
  },
};
