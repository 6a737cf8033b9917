import fc from 'fast-check';
import {formatProblem, parseProblem} from '../../geometry/problem.js';
import {randomFrom} from '../random.js';
import type {Case} from './case.js';
import {edgeCases} from './edgeCases.js';
import {namedLayers} from './namedLayers.js';
import {randomProblem} from './randomProblem.js';

export type {Case} from './case.js';

/** Random problems drawn at once. Part of what a seed means. */
const chunk = 100;

/** What every run begins with: problems that failed once, edge cases, layers of real networks; no problem twice. */
export function fixedCases(regressions: readonly string[] = []): Case[] {
  const distinct = new Map<string, Case>();
  for (const one of [...casesOf(regressions), ...edgeCases(), ...namedLayers()]) {
    const text = formatProblem(one.problem);
    if (!distinct.has(text)) distinct.set(text, one);
  }
  return [...distinct.values()];
}

/** The fixed cases, then `cases` random problems drawn from the seed, as they are asked for; no problem twice. */
export function* streamCases(options: {seed: number; cases: number; regressions?: readonly string[]}): Generator<Case> {
  const fixed = fixedCases(options.regressions);
  yield* fixed;
  const seen = new Set(fixed.map(({problem}) => formatProblem(problem)));
  const end = seen.size + options.cases;
  for (let drawn = 0; ; drawn++) {
    const seed = randomFrom(`${options.seed}/${drawn}`)();
    for (const problem of fc.sample(randomProblem, {seed, numRuns: chunk})) {
      if (seen.size >= end) return;
      const text = formatProblem(problem);
      if (seen.has(text)) continue;
      seen.add(text);
      yield {problem, random: true};
    }
  }
}

/** All of {@link streamCases}. */
export function cases(options: Parameters<typeof streamCases>[0]): Case[] {
  return [...streamCases(options)];
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
