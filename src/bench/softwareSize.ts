import {isSoftwareRenderer} from '../backends/gpu/adapters.js';
import type {Problem} from '../geometry/problem.js';
import type {Environment} from '../verify/report/report.js';
import {operations} from './reduceProblem.js';

/**
 * Operations of a layer that is timed in software rendering: a pass of tfjs's own then takes up to some hundred milliseconds. With a quarter of them
 * layers lose channels or become one and the same, and calls are mostly begun and ended.
 */
export const softwareFlops = 2 ** 26;

/** An image is not made smaller than this: borders would outweigh what they enclose. */
const minSide = 7;

/**
 * The problem itself, or where it has more operations than software rendering has time for, one of half the images, else half the height and
 * width, else half the channels, as often as it takes: still a layer, unlike what fewer rows would leave.
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

/** Whether what a backend tells of itself names a program that computes on the processor what a GPU would. */
export function isSoftware(about: Environment['backends'][string] = {}): boolean {
  return Object.values(about).some((detail) => isSoftwareRenderer(String(detail)));
}
