import {flopsOf} from '../../geometry/pass.js';
import {type Problem, problemInfo} from '../../geometry/problem.js';

const mostFlops = 300;

/** Whether a problem makes so little work that a check may run it dozens of times: with all data, in all contexts, or again and again. */
export function isRepeatable(problem: Problem): boolean {
  return flopsOf(problemInfo(problem)) <= mostFlops;
}
