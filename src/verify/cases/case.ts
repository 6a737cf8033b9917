import {type Problem, parseProblem} from '../../geometry/problem.js';
import {fills as allFills, type Fill} from '../data/fill.js';
import type {OracleName} from '../oracles/oracle.js';
import type {Provenance} from '../provenance/provenance.js';

/** A problem to verify, with a name for humans where it has one. */
export interface Case {
  problem: Problem;
  name?: string;
  /** What it is filled with; everything that the run has when absent. */
  fills?: readonly Fill[];
  /** The same on a GPU, which compiles programs for every shape. */
  fillsOnGpu?: readonly Fill[];
  /** Who judges it; everyone who has a question when absent. */
  oracles?: readonly OracleName[];
  /** False where a GPU, which compiles programs for every shape, leaves it out. */
  onGpu?: false;
  /** Where its tensors come from; the seed decides when absent. */
  provenance?: Provenance;
  /** Drawn from the seed; a run may end before all of these. */
  random?: true;
}

/** A case from a problem string and its name. */
export function named(name: string, problem: string): Case {
  return {problem: parseProblem(problem), name};
}

/** The same cases, each with one of the fillings, in turn. */
export function filledOnce(cases: readonly Case[], fills: readonly Fill[] = allFills): Case[] {
  return cases.map((one, i) => ({...one, fills: [fills[i % fills.length]]}));
}
