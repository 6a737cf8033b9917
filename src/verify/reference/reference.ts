import type {Pass} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import {type AllInputs, convolutionSums, type Expected} from './convolution.js';
import {fusedReference, isFused} from './fusedReference.js';

export {
  type AllInputs,
  type EpilogueInputs,
  type Expected,
  type Inputs,
  outputSize,
  tensorShapes,
} from './convolution.js';

/** The expected result of each pass of a problem, from the definition in float64. It includes the epilogue of a problem that has one. */
export function reference(problem: Problem, inputs: AllInputs): Record<Pass, Expected> {
  return isFused(problem) ? fusedReference(problem, inputs).passes : convolutionSums(problem, inputs);
}
