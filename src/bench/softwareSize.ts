import {isSoftwareRenderer} from '../backends/gpu/adapters.js';
import type {Problem} from '../geometry/problem.js';
import type {Environment} from '../verify/report/report.js';
import {operations} from './reduceProblem.js';

/**
 * The number of operations of a layer that is timed in software rendering. A pass of tfjs's own then takes up to some hundred
 * milliseconds. With a quarter of these operations, layers would lose channels or become equal, and calls would be mostly
 * overhead.
 */
export const softwareFlops = 2 ** 26;

/** The smallest side of an image. Below it, borders would outweigh the interior. */
const minSide = 7;

/**
 * Returns the problem, or a smaller one if it has more operations than software rendering has time for. It halves the images, or
 * else the height and width, or else the channels, as often as needed. Unlike a problem with fewer rows, the result still looks
 * like a layer.
 */
export function shrinkForSoftware(problem: Problem, flops = softwareFlops): Problem {
  if (operations(problem) <= flops) return problem;
  const smaller = fewerImages(problem) ?? smallerImages(problem) ?? fewerChannels(problem);
  return smaller ? shrinkForSoftware(smaller, flops) : problem;
}

const half = (size: number) => Math.ceil(size / 2);

function fewerImages(p: Problem): Problem | undefined {
  return p.batch > 1 ? {...p, batch: half(p.batch)} : undefined;
}

function smallerImages(p: Problem): Problem | undefined {
  const [inHeight, inWidth] = [half(p.inHeight), half(p.inWidth)];
  const holds = (size: number, filter: number, dilation: number) =>
    size >= Math.max(minSide, (filter - 1) * dilation + 1);
  return holds(inHeight, p.filterHeight, p.dilationHeight) && holds(inWidth, p.filterWidth, p.dilationWidth)
    ? {...p, inHeight, inWidth}
    : undefined;
}

function fewerChannels(p: Problem): Problem | undefined {
  const {inChannels, outChannels} = p;
  if (p.kind === 'depthwise') {
    return inChannels > 1
      ? {...p, inChannels: half(inChannels), outChannels: (outChannels / inChannels) * half(inChannels)}
      : undefined;
  }
  if (inChannels === 1 && outChannels === 1) return undefined;
  return inChannels > outChannels ? {...p, inChannels: half(inChannels)} : {...p, outChannels: half(outChannels)};
}

/** Whether a backend's description names a software renderer, which computes on the processor instead of a GPU. */
export function isSoftware(about: Environment['backends'][string] = {}): boolean {
  return Object.values(about).some((detail) => isSoftwareRenderer(String(detail)));
}
