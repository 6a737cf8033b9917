import {flopsOf} from '../geometry/pass.js';
import {type Problem, problemInfo} from '../geometry/problem.js';

/**
 * Reduces the operations of a problem: first the images, then the rows, then the channels. Slow kernels are timed on the reduced
 * problem, and their time is scaled by the operations.
 *
 * @param flops the largest number of operations, which reducing cannot always reach
 */
export function reduceProblem(problem: Problem, flops: number): Problem {
  let reduced = problem;
  for (const step of [images, rows, outChannels, inChannels]) {
    const excess = operations(reduced) / flops;
    if (excess <= 1) break;
    reduced = step(reduced, 1 / excess);
  }
  return reduced;
}

/** The number of operations of any pass. */
export function operations(problem: Problem): number {
  return flopsOf(problemInfo(problem));
}

const portion = (size: number, share: number, least = 1) => Math.max(Math.min(least, size), Math.floor(size * share));

function images(p: Problem, share: number): Problem {
  return {...p, batch: portion(p.batch, share)};
}

function rows(p: Problem, share: number): Problem {
  // At least one window must lie inside.
  return {...p, inHeight: portion(p.inHeight, share, (p.filterHeight - 1) * p.dilationHeight + 1)};
}

function outChannels(p: Problem, share: number): Problem {
  if (p.kind !== 'depthwise') return {...p, outChannels: portion(p.outChannels, share)};
  const inChannels = portion(p.inChannels, share);
  return {...p, inChannels, outChannels: (p.outChannels / p.inChannels) * inChannels};
}

function inChannels(p: Problem, share: number): Problem {
  return p.kind === 'depthwise' ? p : {...p, inChannels: portion(p.inChannels, share)};
}
