import * as fc from 'fast-check';
import {type Problem, problemInfo} from '../geometry/problem.js';
import type {Case} from '../verify/cases/case.js';
import {operations} from './reduceProblem.js';

/** The range of operations per layer: enough for a choice to matter, few enough to be timed often. */
const [fewest, most] = [8e6, 4e8];

const sides = [7, 8, 12, 14, 16, 20, 28, 32, 40, 48, 56, 64];
const channels = [3, 8, 16, 24, 32, 48, 64, 80, 96, 128, 160, 192, 256];

const layer: fc.Arbitrary<Problem> = fc
  .record({
    batch: fc.constantFrom(1, 1, 2, 4, 8),
    inHeight: fc.constantFrom(...sides),
    inWidth: fc.constantFrom(...sides),
    inChannels: fc.constantFrom(...channels),
    outChannels: fc.constantFrom(...channels),
    filter: fc.constantFrom(1, 3, 3, 3, 3, 5, 7),
    stride: fc.constantFrom(1, 1, 1, 2),
    pad: fc.constantFrom('same' as const, 'valid' as const),
  })
  .map(({filter, stride, ...rest}) => ({
    ...{...rest, filterHeight: filter, filterWidth: filter, strideHeight: stride, strideWidth: stride},
    ...{dilationHeight: 1, dilationWidth: 1, dataFormat: 'NHWC' as const},
  }))
  .filter((problem) => {
    if (problem.pad === 'valid' && Math.min(problem.inHeight, problem.inWidth) < problem.filterHeight) return false;
    return operations(problem) >= fewest && operations(problem) <= most && problemInfo(problem).outHeight > 0;
  });

/** Draws `count` random layers of the kinds that networks have. */
export function randomLayers(count: number, seed: number): Case[] {
  return fc.sample(layer, {numRuns: count, seed}).map((problem) => ({problem}));
}
