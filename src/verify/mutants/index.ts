import type {Algorithm} from '../../algorithms/algorithm.js';
import {defineAlgorithm} from '../../algorithms/index.js';
import {ConvgradError} from '../../geometry/error.js';
import type {Pass} from '../../geometry/pass.js';
import {geometryMutants} from './geometryMutants.js';
import {define, type Mutant} from './mutant.js';
import {operandMutants} from './operandMutants.js';
import {resultMutants} from './resultMutants.js';
import {stateMutants} from './stateMutants.js';

export type {Mutant} from './mutant.js';

/** The catalogue: every one of them `verify` must reject. */
export const mutants: readonly Mutant[] = [...geometryMutants, ...operandMutants, ...resultMutants, ...stateMutants];

/** @throws ConvgradError when there is none of that name */
export function findMutant(name: string): Mutant {
  const found = mutants.find((mutant) => mutant.name === name);
  if (found) return found;
  throw new ConvgradError(
    '--mutant',
    `unknown mutant '${name}'; use ${mutants.map((mutant) => mutant.name).join(', ')}.`,
  );
}

/** The algorithm's name of a mutant. */
export function algorithmName({name}: Pick<Mutant, 'name'>): string {
  return `mutant-${name}`;
}

/** Adds a mutant to the algorithms. @returns the undo */
export function defineMutant(mutant: Mutant | string): () => void {
  const {name, passes, wrong, mistake} = typeof mutant === 'string' ? findMutant(mutant) : mutant;
  const run = mistake(define);
  const functions = passes.map((pass): [Pass, NonNullable<Algorithm['forward']>] => [
    pass,
    (info, a, b, out) => run({pass, info, a, b, out}),
  ]);
  return defineAlgorithm({name: algorithmName({name}), title: wrong, ...Object.fromEntries(functions)});
}
