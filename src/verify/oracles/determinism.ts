import {passes} from '../../geometry/pass.js';
import {firstDifference} from './firstDifference.js';
import type {Oracle} from './oracle.js';

/**
 * More runs on the same data, with the same filter, must give the same result to the last bit. The oracle uses reals, where another order
 * of summation would show.
 */
export const determinismOracle: Oracle = {
  name: 'determinism',
  passes,
  fills: ['reals'],
  appliesTo: () => true,
  oneInOnGpu: 4,
  oneAlgorithm: true,
  judges: () => true,
  async judge(implementation, pass) {
    const first = (await implementation.result(pass)).got.values;
    const second = (await implementation.again(pass)).got.values;
    const index = firstDifference(first, second);
    if (index < 0) return {status: 'passed'};
    return {
      status: 'failed',
      reason: `element ${index} is ${first[index]} in one run and ${second[index]} in a later one`,
    };
  },
};
