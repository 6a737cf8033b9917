import fc from 'fast-check';
import {formatProblem, parseProblem} from '../../geometry/problem.js';
import type {Case} from './case.js';
import {edgeCases} from './edgeCases.js';
import {namedLayers} from './namedLayers.js';
import {randomProblem} from './randomProblem.js';

export type {Case} from './case.js';

/** Edge cases, then layers of real networks, then `cases` random problems drawn from the seed; no problem twice. */
export function cases(options: {seed: number; cases: number}): Case[] {
  const random = fc.sample(randomProblem, {seed: options.seed, numRuns: options.cases});
  const all = [...edgeCases(), ...namedLayers(), ...random.map((problem): Case => ({problem}))];
  const distinct = new Map<string, Case>();
  for (const one of all) {
    const text = formatProblem(one.problem);
    if (!distinct.has(text)) distinct.set(text, one);
  }
  return [...distinct.values()];
}

/** The cases of problem strings, with the names of those that have one. */
export function casesOf(problems: readonly string[]): Case[] {
  const names = new Map([...edgeCases(), ...namedLayers()].map(({problem, name}) => [formatProblem(problem), name]));
  return problems.map((text) => {
    const problem = parseProblem(text);
    const name = names.get(formatProblem(problem));
    return name === undefined ? {problem} : {problem, name};
  });
}
