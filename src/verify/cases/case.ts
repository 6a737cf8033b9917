import {type Problem, parseProblem} from '../../geometry/problem.js';
import {fills as allFills, type Fill} from '../data/fill.js';
import type {OracleName} from '../oracles/oracle.js';
import type {Provenance} from '../provenance/provenance.js';

/** A problem to verify, with a readable name where it has one. */
export interface Case {
  problem: Problem;
  name?: string;
  /** Its fillings; all fillings of the run when absent. */
  fills?: readonly Fill[];
  /** Its fillings on a GPU, which compiles programs for every shape; `fills` when absent. */
  fillsOnGpu?: readonly Fill[];
  /** The oracles that judge it; all that have a question when absent. */
  oracles?: readonly OracleName[];
  /**
   * Whether a GPU, which compiles programs for every shape, takes it in a thorough run alone, or never. In every run when absent.
   */
  onGpu?: 'thorough' | 'never';
  /** Where its tensors come from; the seed decides when absent. */
  provenance?: Provenance;
  /** True if it is drawn from the seed. A run may end before it has run all of these. */
  random?: true;
}

/** Makes a case from a problem string and its name. */
export function named(name: string, problem: string): Case {
  return {problem: parseProblem(problem), name};
}

/** The same cases, each with one of the fillings, in turn. */
export function filledOnce(cases: readonly Case[], fills: readonly Fill[] = allFills): Case[] {
  return cases.map((one, i) => ({...one, fills: [fills[i % fills.length]]}));
}
