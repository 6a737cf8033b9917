import {flopsOf} from '../geometry/pass.js';
import {type Problem, problemInfo} from '../geometry/problem.js';

/**
 * The problem with fewer operations: of fewer images, then fewer rows, then fewer channels. What is slow is timed on it, and its time scaled
 * by the operations.
 *
 * @param flops so many at most, if cutting can do that
 */
export function cutDown(problem: Problem, flops: number): Problem {
  let cut = problem;
  for (const step of [images, rows, outChannels, inChannels]) {
    const excess = operations(cut) / flops;
    if (excess <= 1) break;
    cut = step(cut, 1 / excess);
  }
  return cut;
}

/** Operations of any pass. */
export function operations(problem: Problem): number {
  return flopsOf(problemInfo(problem));
}

const part = (size: number, share: number, least = 1) => Math.max(Math.min(least, size), Math.floor(size * share));

function images(p: Problem, share: number): Problem {
  return {...p, batch: part(p.batch, share)};
}

function rows(p: Problem, share: number): Problem {
  // At least one window that lies inside.
  return {...p, inHeight: part(p.inHeight, share, (p.filterHeight - 1) * p.dilationHeight + 1)};
}

function outChannels(p: Problem, share: number): Problem {
  if (p.kind !== 'depthwise') return {...p, outChannels: part(p.outChannels, share)};
  const inChannels = part(p.inChannels, share);
  return {...p, inChannels, outChannels: (p.outChannels / p.inChannels) * inChannels};
}

function inChannels(p: Problem, share: number): Problem {
  return p.kind === 'depthwise' ? p : {...p, inChannels: part(p.inChannels, share)};
}
