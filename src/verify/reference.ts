import type {Pass} from '../geometry/pass.js';
import type {Problem} from '../geometry/problem.js';
import {fusedReference, isFused} from './fusedReference.js';
import {type AllInputs, sums, type Wanted} from './sums.js';

export {type AllInputs, type Beside, type Inputs, outputSize, tensorShapes, type Wanted} from './sums.js';

/** What must come out of each pass of a problem, from the definition in float64; with its epilogue, where it has one. */
export function reference(problem: Problem, inputs: AllInputs): Record<Pass, Wanted> {
  return isFused(problem) ? fusedReference(problem, inputs).passes : sums(problem, inputs);
}
