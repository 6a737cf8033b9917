import {isGpu} from '../../backends/index.js';
import {flopsOf, sizeOf} from '../../geometry/pass.js';
import {formatProblem, type Problem, problemInfo} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';
import type {Oracle} from './oracle.js';

/** Whether the oracle applies to such a problem on the backend. */
export function isApplicable(oracle: Oracle, problem: Problem, backend: string): boolean {
  if (oracle.isAbout?.(backend) === false) return false;
  return oracle.appliesTo?.(problem) ?? problem.epilogue === undefined;
}

/** The limits beyond which a problem counts as large. */
const most = {flops: 150_000, elements: 15_000};

/** In a quick run, each oracle but the reference judges one problem in this many, and of large ones fewer. */
const oneInQuick = {small: 3, large: 6};

/**
 * Whether a campaign lets the oracle judge the problem. On a GPU, each run waits until its result is read back. Some oracles need a dozen
 * runs, which take long on a large problem. The choice depends on the problem alone, never on the run that it is part of.
 * @param place the index of the algorithm among those that do the problem, and how many there are
 * @param isThorough false in a quick run
 */
export function isSampled(
  {name, oneInOnGpu = 1, oneInLarge = 1, oneAlgorithm = false}: Oracle,
  problem: Problem,
  backend: string,
  place: {index: number; of: number},
  isThorough = true,
): boolean {
  const drawn = () => randomFrom(`${name}/${formatProblem(problem)}`)();
  const large = isLarge(problem);
  const quick = isThorough || name === 'reference' ? 1 : oneInQuick[large ? 'large' : 'small'];
  const oneIn = Math.max(isGpu(backend) ? oneInOnGpu : 1, large ? oneInLarge : 1, quick);
  if (oneIn > 1 && drawn() % oneIn !== 0) return false;
  // The quotient decides, since the remainder has already decided above.
  return !oneAlgorithm || Math.floor(drawn() / oneIn) % place.of === place.index;
}

/** Whether a problem takes so much work that a campaign asks less about it. */
export function isLarge(problem: Problem): boolean {
  const info = problemInfo(problem);
  return (
    flopsOf(info) > most.flops || (['x', 'filter', 'y'] as const).some((tensor) => sizeOf(info, tensor) > most.elements)
  );
}
