import {formatProblem, type Problem} from '../../geometry/problem.js';
import {isGpu} from '../bound.js';
import {randomFrom} from '../random.js';
import type {Oracle} from './oracle.js';

/**
 * Whether it is the oracle's turn in a campaign. A run on a GPU waits for a result to be read back, and some oracles ask for a dozen runs.
 * The problem alone decides, never the run that it is part of.
 */
export function hasTurn({name, oneInOnGpu = 1}: Oracle, problem: Problem, backend: string): boolean {
  return oneInOnGpu === 1 || !isGpu(backend) || randomFrom(`${name}/${formatProblem(problem)}`)() % oneInOnGpu === 0;
}
