import {explicitPads} from '../../geometry/explicitPads.js';
import {type Problem, problemAttributes, problemInfo} from '../../geometry/problem.js';
import type {Attributes} from './convolveFused.js';

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
