import {type Problem, parseProblem} from '../../geometry/problem.js';

/** A problem to verify, with a name for humans where it has one. */
export interface Case {
  problem: Problem;
  name?: string;
}

/** A case from a problem string and its name. */
export function named(name: string, problem: string): Case {
  return {problem: parseProblem(problem), name};
}
