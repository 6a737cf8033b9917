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

/**
 * Whether a campaign lets the oracle judge the problem. On a GPU, each run waits until its result is read back. Some oracles need a dozen
 * runs, which take long on a large problem. The choice depends on the problem alone, never on the run that it is part of.
 * @param place the index of the algorithm among those that do the problem, and how many there are
 */
export function isSampled(
  {name, oneInOnGpu = 1, oneInLarge = 1, oneAlgorithm = false}: Oracle,
  problem: Problem,
  backend: string,
  place: {index: number; of: number},
): boolean {
  const drawn = () => randomFrom(`${name}/${formatProblem(problem)}`)();
  const oneIn = Math.max(isGpu(backend) ? oneInOnGpu : 1, oneInLarge > 1 && isLarge(problem) ? oneInLarge : 1);
  if (oneIn > 1 && drawn() % oneIn !== 0) return false;
  // The quotient decides, since the remainder has already decided above.
  return !oneAlgorithm || Math.floor(drawn() / oneIn) % place.of === place.index;
}

function isLarge(problem: Problem): boolean {
  const info = problemInfo(problem);
  return (
    flopsOf(info) > most.flops || (['x', 'filter', 'y'] as const).some((tensor) => sizeOf(info, tensor) > most.elements)
  );
}
