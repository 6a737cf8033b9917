import * as fc from 'fast-check';
import {ConvgradError} from '../../geometry/error.js';
import {flopsOf, sizeOf} from '../../geometry/pass.js';
import {formatProblem, type Problem, parseProblem, problemInfo} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';
import {formatProvenance} from '../provenance/provenance.js';
import type {Case} from './case.js';
import {edgeCases} from './edgeCases.js';
import {featureCases} from './featureCases.js';
import {fusedCases} from './fusedCases.js';
import {namedLayers} from './namedLayers.js';
import {provenanceCases} from './provenanceCases.js';
import {randomProblem} from './randomProblem.js';
import {sizeCases} from './sizeCases.js';

export type {Case} from './case.js';

/** The named cases, except those about provenance. */
function namedCases(): Case[] {
  return [...edgeCases(), ...sizeCases(), ...fusedCases(), ...namedLayers()];
}

/** The number of random problems drawn at once. It is part of what a seed means. */
const chunk = 100;

/**
 * The cases that every run begins with: problems that failed once, edge cases, sizes, fused convolutions, layers of real networks, pairs of
 * features, and provenances. No problem occurs twice with the same provenance.
 */
export function fixedCases(regressions: readonly string[] = []): Case[] {
  const distinct = new Map<string, Case>();
  for (const one of [...casesOf(regressions), ...namedCases(), ...featureCases(), ...provenanceCases()]) {
    const text = `${formatProblem(one.problem)} ${one.provenance ? formatProvenance(one.provenance) : ''}`;
    if (!distinct.has(text)) distinct.set(text, one);
  }
  return [...distinct.values()];
}

/**
 * The fixed cases, then `cases` random problems from the seed, drawn as the caller asks for them. A random problem repeats no other case.
 */
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

/** Beyond this the float64 reference would take minutes, or the tensors would no longer fit. */
const maximum = {flops: 2e10, elements: 2 ** 27};

/** @throws ConvgradError when the problem is too large to be verified */
function assertVerifiable(problem: Problem): void {
  const info = problemInfo(problem);
  const elements = Math.max(sizeOf(info, 'x'), sizeOf(info, 'filter'), sizeOf(info, 'y'));
  const flops = flopsOf(info);
  if (flops <= maximum.flops && elements <= maximum.elements) return;
  throw new ConvgradError(
    'verify',
    `problem '${formatProblem(problem)}' takes ${flops.toExponential(1)} operations and a tensor of ${elements} elements; ` +
      `the limits are ${maximum.flops.toExponential(1)} and ${maximum.elements}; use smaller sizes.`,
  );
}

/**
 * Turns problem strings into cases, with the names of those that have one.
 * @throws ConvgradError on a malformed string, and on a problem too large to be verified
 */
export function casesOf(problems: readonly string[]): Case[] {
  const names = new Map(namedCases().map(({problem, name}) => [formatProblem(problem), name]));
  return problems.map((text) => {
    const problem = parseProblem(text);
    assertVerifiable(problem);
    const name = names.get(formatProblem(problem));
    return name === undefined ? {problem} : {problem, name};
  });
}
