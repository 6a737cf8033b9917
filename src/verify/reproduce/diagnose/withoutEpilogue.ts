import type {Problem} from '../../../geometry/problem.js';
import {whyInexact} from '../../reference/compare.js';
import type {Diagnosis} from '../../report/result.js';
import {isRight} from './agreement.js';
import {type FailedPass, observe} from './observe.js';
import {neighbours} from './probes.js';

/**
 * Runs the failing fused convolutions, and others near them, without what follows. One right result says little: a draw of its own
 * may lack the very values that the mistake takes. The data of the fused convolution are therefore among those tried.
 */
export async function observeWithoutEpilogue(
  failedPass: FailedPass,
  [smallest, original]: readonly [smallest: Problem, original: Problem],
): Promise<NonNullable<Diagnosis['withoutEpilogue']>> {
  const {target, pass} = failedPass;
  const counts = {right: 0, wrong: 0};
  for (const problem of [smallest, original, ...neighbours(smallest, original)]) {
    const {epilogue: _, ...plain} = problem;
    if (target.supports(plain, pass) !== true) continue;
    const testVector = failedPass.testVector(plain);
    const {x, filter, dy} = failedPass.testVector(problem).inputs;
    for (const inputs of [{x, filter, dy}, testVector.inputs]) {
      const observation = await observe(failedPass, testVector, inputs);
      const {fill, arithmetic, expected} = observation;
      const isExact = fill === 'integers' && !whyInexact(expected, {arithmetic, headroom: target.headroom});
      counts[isRight({...observation, fill: isExact ? 'integers' : 'reals'}) ? 'right' : 'wrong']++;
    }
  }
  return counts;
}
