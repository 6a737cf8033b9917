import {type Problem, resolves} from '../../geometry/problem.js';
import {fills} from '../fill.js';
import type {Case} from './case.js';
import {coveringArray, type Row} from './coveringArray.js';

/** What a problem may be asked for, in few levels each. Heights stand before widths. */
const factors = {
  kind: ['dense', 'depthwise'],
  kernel: [
    [1, 1],
    [1, 3],
    [2, 2],
    [3, 3],
    [5, 4],
  ],
  stride: [
    [1, 1],
    [2, 2],
    [3, 1],
    [4, 5],
  ],
  dilation: [
    [1, 1],
    [2, 2],
    [1, 3],
  ],
  pad: ['same', 'valid', 1, 3, {top: 1, bottom: 0, left: 2, right: 3}],
  rounding: [undefined, 'floor', 'round', 'ceil'],
  dataFormat: ['NHWC', 'NCHW'],
  image: [
    [1, 2],
    [4, 3],
    [7, 9],
    [11, 8],
  ],
  batch: [1, 2, 5],
  inChannels: [1, 3, 4, 5, 9],
  /** Output channels, or the multiplier of a depthwise convolution. */
  depth: [1, 2, 4, 5, 7],
} as const;

/** Mistakes that take three features: a filter's own steps, and what a pad means for one. */
const groups = [
  ['kind', 'kernel', 'stride', 'dilation'],
  ['kernel', 'stride', 'pad'],
] as const;

/** Of fused convolutions each pair, with an activation of each family. */
const fusedFactors = {
  ...factors,
  epilogue: [
    {activation: 'linear', bias: 'c'},
    {activation: 'relu', bias: 'c'},
    {activation: 'elu'},
    {activation: 'leakyrelu', bias: 'c', leakyreluAlpha: 0.25},
    {activation: 'prelu', slopes: 'c'},
  ],
} as const;

let made: readonly Case[] | undefined;

/**
 * Small problems in which each pair of features stands together: kind, kernel, stride, dilation, pad, rounding, layout, image, batch and channels. Kernel,
 * stride and dilation stand together in every combination, and so do kernel, stride and pad. Then pairs of the same with what follows a fused convolution.
 */
export function featureCases(): readonly Case[] {
  made ??= [
    ...coveringArray(factors, groups, (row) => resolves(problemOf(row))).map(problemOf),
    ...coveringArray(fusedFactors, [], (row) => resolves(problemOf(row))).map((row) => ({
      ...problemOf(row),
      epilogue: {...row.epilogue},
    })),
  ].map((problem, i) => ({problem: i % 2 === 0 ? problem : lying(problem), fillsOnGpu: [fills[(i >> 1) % 2]]}));
  return made;
}

function problemOf(row: Row<typeof factors>): Problem {
  const {kind, kernel, stride, dilation, pad, rounding, dataFormat, image, batch, inChannels, depth} = row;
  return {
    ...{batch, inHeight: image[0], inWidth: image[1], inChannels},
    outChannels: kind === 'depthwise' ? inChannels * depth : depth,
    ...{filterHeight: kernel[0], filterWidth: kernel[1], strideHeight: stride[0], strideWidth: stride[1]},
    ...{dilationHeight: dilation[0], dilationWidth: dilation[1]},
    pad: typeof pad === 'object' ? {...pad} : pad,
    ...(rounding ? {dimRoundingMode: rounding} : {}),
    dataFormat,
    ...(kind === 'depthwise' ? {kind} : {}),
  };
}

/** The same with height and width exchanged. */
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
