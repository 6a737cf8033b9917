import {axesFault, type ProblemEpilogue} from '../../geometry/epilogue.js';
import {flopsOf, sizeOf} from '../../geometry/pass.js';
import {type Problem, problemInfo} from '../../geometry/problem.js';
import {fills} from '../data/fill.js';
import type {Case} from './case.js';
import {type ArrayRow, coveringArray} from './coveringArray.js';
import {coarse, factors, fusedCoarse, fusedFactors, fusedGroups, groups, padsOf} from './factors.js';

/** The most that one problem may cost. There are hundreds of problems, and each algorithm does them all. */
const most = {flops: 130_000, elements: 24_000};
/**
 * How many of the problems run on a GPU, which compiles programs for every shape, in a quick run and in a thorough one. The first ones do,
 * since they have the most pairs.
 */
const onGpu = {plain: {quick: 40, thorough: 100}, fused: {quick: 20, thorough: 50}};
/**
 * Every oracle judges one problem in this many, and the reference alone judges the others. What the oracles ask of values does not depend
 * on sizes.
 */
const oneInThorough = 10;

let made: readonly Case[] | undefined;

/**
 * Small problems in which each feature meets each other feature, as far as that is cheap. Sizes lie just below, at and beyond a power of
 * two. The features are kind, kernel, stride, dilation, pad, rounding, layout, image, batch and channels. Every combination of kernel,
 * stride and dilation occurs, and so does every combination of kernel, stride and pad. Then the same features meet the epilogues of fused
 * convolutions in pairs.
 */
export function featureCases(): readonly Case[] {
  made ??= [
    ...casesFrom(coveringArray(factors, groups, isCheap, coarse).map(problemOf), onGpu.plain),
    ...casesFrom(
      coveringArray(fusedFactors, fusedGroups, (row) => hasShapes(row) && isCheap(row), fusedCoarse).map(
        fusedProblemOf,
      ),
      onGpu.fused,
    ),
  ];
  return made;
}

function casesFrom(problems: readonly Problem[], most: {quick: number; thorough: number}): Case[] {
  return problems.map(
    (problem, i): Case => ({
      problem,
      fills: [fills[i % 2]],
      ...(i < most.quick ? {} : {onGpu: i < most.thorough ? 'thorough' : 'never'}),
      ...((i >> 1) % oneInThorough === 0 ? {} : {oracles: ['reference']}),
    }),
  );
}

type FeatureRow = ArrayRow<typeof factors>;
type FusedRow = ArrayRow<typeof fusedFactors>;

function isCheap(row: FeatureRow | FusedRow): boolean {
  const {kind, kernel, pad, rounding, image, batch, inChannels, depth} = row;
  // Cheap checks come first, because thousands of rows are tried.
  if (rounding && typeof padsOf(pad, kernel, row.dilation) === 'string') return false;
  const [pixels, channels] = [batch * image[0] * image[1], inChannels * depth];
  const weights = kernel[0] * kernel[1] * channels;
  if (pixels * inChannels > most.elements || weights > most.elements || 2 * weights > most.flops) return false;
  if (kind === 'depthwise' && channels > most.elements) return false;
  try {
    const info = problemInfo(problemOf(row));
    return flopsOf(info) <= most.flops && sizeOf(info, 'y') <= most.elements;
  } catch {
    return false; // it has no output
  }
}

function problemOf(row: FeatureRow | FusedRow): Problem {
  const {lies, kind, kernel, stride, dilation, rounding, dataFormat, image, batch, inChannels, depth} = row;
  const problem: Problem = {
    ...{batch, inHeight: image[0], inWidth: image[1], inChannels},
    outChannels: kind === 'depthwise' ? inChannels * depth : depth,
    ...{filterHeight: kernel[0], filterWidth: kernel[1], strideHeight: stride[0], strideWidth: stride[1]},
    ...{dilationHeight: dilation[0], dilationWidth: dilation[1]},
    pad: padsOf(row.pad, kernel, dilation),
    ...(rounding ? {dimRoundingMode: rounding} : {}),
    dataFormat,
    ...(kind === 'depthwise' ? {kind} : {}),
  };
  return lies ? lying(problem) : problem;
}

function fusedProblemOf(row: FusedRow): Problem {
  return {...problemOf(row), epilogue: {...row.epilogue}};
}

/** Whether the data format takes such a bias and such slopes. */
function hasShapes({epilogue, dataFormat}: FusedRow): boolean {
  const {bias, slopes}: ProblemEpilogue = epilogue;
  return [bias, slopes].every((axes) => axes === undefined || axesFault(axes, dataFormat) === undefined);
}

/** The same problem with height and width exchanged. */
function lying(problem: Problem): Problem {
  const p = problem;
  return {
    ...p,
    ...{inHeight: p.inWidth, inWidth: p.inHeight, filterHeight: p.filterWidth, filterWidth: p.filterHeight},
    ...{strideHeight: p.strideWidth, strideWidth: p.strideHeight},
    ...{dilationHeight: p.dilationWidth, dilationWidth: p.dilationHeight},
    pad:
      typeof p.pad === 'object' ? {top: p.pad.left, bottom: p.pad.right, left: p.pad.top, right: p.pad.bottom} : p.pad,
  };
}
