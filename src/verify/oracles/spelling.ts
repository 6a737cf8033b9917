import {explicitPads} from '../../geometry/explicitPads.js';
import {passes} from '../../geometry/pass.js';
import {type Problem, problemAttributes, problemInfo} from '../../geometry/problem.js';
import {fills} from '../data/fill.js';
import {compare} from '../reference/compare.js';
import type {Attributes} from '../run/convolveFused.js';
import type {Oracle} from './oracle.js';

/**
 * The same attributes written in another form must give the same result: `strides: 2` for [2, 2], the explicit pads that 'same' amounts to,
 * and no rounding mode.
 */
export const spellingOracle: Oracle = {
  name: 'spelling',
  passes,
  fills,
  appliesTo: () => true,
  oneInOnGpu: 8,
  oneInLarge: 4,
  oneAlgorithm: true,
  judges: (_problem, _pass, _fill, {compute}) =>
    !compute || 'the implementation always gets strides, dilations and pads in one form',
  async judge(implementation, pass) {
    const expected = implementation.expected(pass);
    const usual = compare((await implementation.result(pass)).got, expected, implementation.comparison);
    if (usual.status === 'failed') return {status: 'skipped', reason: 'the call is wrong with its usual attributes'};
    const attributes = otherSpelling(implementation.testVector.problem);
    const told = `with the attributes written as ${JSON.stringify(attributes)}`;
    try {
      const {got} = await implementation.run(pass, {}, {attributes});
      const verdict = compare(got, expected, implementation.comparison);
      return verdict.status === 'failed' ? {...verdict, reason: `${told}: ${verdict.reason}`} : verdict;
    } catch (error) {
      throw new Error(`${told}: ${error instanceof Error ? error.message : error}`, {cause: error});
    }
  },
};

/**
 * The attributes of a problem in the other form that programs use. Equal strides or dilations become one number. `valid` becomes 0, and any
 * other pad becomes the explicit numbers of its four sides.
 */
export function otherSpelling(problem: Problem): Attributes {
  const {dimRoundingMode: _, ...rest} = problem;
  const [, [top, bottom], [left, right]] = explicitPads(problemInfo(problem));
  const pad = problem.pad === 'valid' ? 0 : {top, bottom, left, right};
  const {strides, dilations, ...others} = problemAttributes({...rest, pad});
  return {...others, strides: oneOf(strides), dilations: oneOf(dilations)};
}

function oneOf([height, width]: [number, number]): number | [number, number] {
  return height === width ? height : [height, width];
}
