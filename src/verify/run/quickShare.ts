import {isGpu} from '../../backends/index.js';
import {formatProblem, type Problem} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';
import type {ReportedOptions} from '../options/options.js';
import {isLarge} from '../oracles/sampling.js';
import type {CounterHits} from '../proof/coverage.js';
import type {Target} from './target.js';

/** The targets that a run judges on a problem, and those that it leaves to a thorough one. */
export interface Share {
  judged: readonly Target[];
  left: readonly Target[];
}

/**
 * Shares out the targets on a problem that costs much: any on a GPU, which compiles programs for each algorithm and shape, and elsewhere
 * a large one. A quick run judges about half of the algorithms there, as the seed, the problem and the algorithm decide.
 */
export function quickShare(
  targets: readonly Target[],
  problem: Problem,
  {thorough, seed, passes}: Pick<ReportedOptions, 'thorough' | 'seed' | 'passes'>,
): Share {
  const able = targets.filter(({supports}) => passes.some((pass) => supports(problem, pass) === true));
  const isCostly = able.length > 1 && (isGpu(able[0].backend) || isLarge(problem));
  if (thorough || !isCostly || able.some(({imported}) => imported)) return {judged: targets, left: []};
  const lots = able.map((target) => ({target, lot: lotOf(target, problem, seed)}));
  const judged = lots
    .sort((a, b) => a.lot - b.lot)
    .slice(0, Math.ceil(able.length / 2))
    .map(({target}) => target);
  return {
    judged: targets.filter((target) => judged.includes(target)),
    left: able.filter((target) => !judged.includes(target)),
  };
}

function lotOf({backend, algorithm}: Target, problem: Problem, seed: number): number {
  return randomFrom(`${seed}/${backend}/${algorithm}/${formatProblem(problem)}`)();
}

/**
 * Those of the targets left out that may reach a part of the code that has not run: a part of an algorithm bears its name, and any target
 * may reach another part.
 */
export function ableToReach(
  missed: readonly CounterHits[],
  left: readonly Target[],
  all: readonly Target[],
): readonly Target[] {
  const isOf = ({algorithm}: Target, {counter}: CounterHits) => new RegExp(`\\b${algorithm}\\b`).test(counter);
  return left.filter((target) => missed.some((part) => isOf(target, part) || !all.some((other) => isOf(other, part))));
}
