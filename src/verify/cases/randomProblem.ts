import * as fc from 'fast-check';
import {activationNames, activations} from '../../geometry/activations.js';
import type {ProblemEpilogue} from '../../geometry/epilogue.js';
import {flopsOf, sizeOf} from '../../geometry/pass.js';
import {type Problem, problemInfo, resolves} from '../../geometry/problem.js';

/** The most that one random problem may cost, so that thousands of them run in a coffee break. */
const maximumFlops = 100_000;
const maximumElements = 30_000;

/** Integers of which 1 and 2, the usual edge cases, come up more often. */
const size = (most: number) =>
  fc.oneof({weight: 3, arbitrary: fc.integer({min: 1, max: most})}, {weight: 1, arbitrary: fc.constantFrom(1, 2)});
/** Channels: 1..9, and the neighbours of multiples of 4 and 8, where vectorised tails begin. */
const channels = fc.oneof(
  {weight: 3, arbitrary: fc.integer({min: 1, max: 9})},
  {weight: 1, arbitrary: fc.constantFrom(3, 4, 5, 7, 8, 9, 12, 15, 16, 17)},
);
/** Draws 1 in at least half of the cases, so that stride and dilation also occur alone. */
const step = (most: number) => fc.oneof(fc.constant(1), fc.integer({min: 1, max: most}));
const side = fc.integer({min: 0, max: 4});
const pad = fc.oneof(
  {weight: 3, arbitrary: fc.constant('same' as const)},
  {weight: 2, arbitrary: fc.constant('valid' as const)},
  {weight: 2, arbitrary: fc.integer({min: 0, max: 3})},
  {weight: 2, arbitrary: fc.record({top: side, bottom: side, left: side, right: side})},
);

/**
 * A random problem of any kind, over the ranges in which geometry mistakes show: H, W 1..13 and kernels 1..5 per axis, strides 1..4,
 * dilations 1..3, and every pad, rounding mode and data format. One in four is depthwise. Each problem has an output and takes at most 100
 * kFLOP.
 */
export const anyProblem: fc.Arbitrary<Problem> = fc
  .record({
    batch: fc.integer({min: 1, max: 3}),
    inHeight: size(13),
    inWidth: size(13),
    inChannels: channels,
    outChannels: channels,
    multiplier: fc.constantFrom(1, 1, 2, 3),
    depthwise: fc.constantFrom(true, false, false, false),
    filterHeight: size(5),
    filterWidth: size(5),
    strideHeight: step(4),
    strideWidth: step(4),
    dilationHeight: step(3),
    dilationWidth: step(3),
    pad,
    rounding: fc.constantFrom(undefined, undefined, 'floor' as const, 'round' as const, 'ceil' as const),
    dataFormat: fc.constantFrom('NHWC' as const, 'NHWC' as const, 'NCHW' as const),
  })
  .map(({depthwise, multiplier, ...dense}) =>
    depthwise ? {...dense, outChannels: dense.inChannels * multiplier, kind: 'depthwise' as const} : dense,
  )
  // 'same' and 'valid' fix the output size by themselves, and tfjs refuses a rounding mode beside them.
  .map(
    ({rounding, ...problem}): Problem =>
      rounding && typeof problem.pad !== 'string' ? {...problem, dimRoundingMode: rounding} : problem,
  )
  .filter(isSmall);

/**
 * A dense convolution with stride 1, dilation 1 and mostly a square kernel, as most layers are. Few draws of `anyProblem` suit algorithms
 * that do such layers alone.
 */
const plainProblem: fc.Arbitrary<Problem> = fc
  .record({
    batch: fc.integer({min: 1, max: 3}),
    inHeight: size(17),
    inWidth: size(17),
    inChannels: channels,
    outChannels: channels,
    filter: fc.constantFrom(1, 2, 3, 3, 3, 3, 4, 5, 6, 7),
    line: fc.constantFrom('none', 'none', 'none', 'row', 'column'),
    pad,
    dataFormat: fc.constantFrom('NHWC' as const, 'NHWC' as const, 'NCHW' as const),
  })
  .map(({filter, line, ...rest}) => ({
    ...{...rest, strideHeight: 1, strideWidth: 1},
    ...{filterHeight: line === 'row' ? 1 : filter, filterWidth: line === 'column' ? 1 : filter},
    ...{dilationHeight: 1, dilationWidth: 1},
  }))
  .filter(isSmall);

/** A size of 4 … 300. Each power of two is as likely as the next. */
const large = fc.double({min: 2, max: Math.log2(300), noNaN: true}).map((power) => Math.round(2 ** power));
/** Ways to let one size grow, together with what has to grow along with it. */
const growths: readonly ((p: Problem, to: number) => Partial<Problem>)[] = [
  (_, batch) => ({batch}),
  (_, inHeight) => ({inHeight}),
  (_, inWidth) => ({inWidth}),
  (p, inChannels) => ({inChannels, outChannels: p.kind ? inChannels * (p.outChannels / p.inChannels) : p.outChannels}),
  (p, depth) => ({outChannels: p.kind ? p.inChannels * depth : depth}),
  (p, filterHeight) => ({filterHeight, inHeight: p.inHeight + filterHeight}),
  (p, filterWidth) => ({filterWidth, inWidth: p.inWidth + filterWidth}),
  (p, strideHeight) => ({strideHeight, inHeight: p.inHeight + strideHeight}),
  (p, strideWidth) => ({strideWidth, inWidth: p.inWidth + strideWidth}),
  (p, dilationHeight) => ({dilationHeight, inHeight: p.inHeight + dilationHeight}),
  (p, dilationWidth) => ({dilationWidth, inWidth: p.inWidth + dilationWidth}),
  (p, top) => ({pad: {top, bottom: 0, left: 1, right: p.filterWidth}}),
  (p, right) => ({pad: {top: p.filterHeight, bottom: 1, left: 0, right}}),
];

/** A small problem of any kind in which one or two sizes are large. */
const stretchedProblem: fc.Arbitrary<Problem> = fc
  .record({
    problem: anyProblem,
    growths: fc.array(fc.record({by: fc.constantFrom(...growths), to: large}), {minLength: 1, maxLength: 2}),
  })
  .map(({problem, growths}) =>
    growths.reduce(({dimRoundingMode, ...sofar}, {by, to}): Problem => {
      const grown = {...sofar, ...by(sofar, to)};
      return dimRoundingMode && typeof grown.pad !== 'string' ? {...grown, dimRoundingMode} : grown;
    }, shrunk(problem)),
  )
  .filter(isSmall);

/** The problem with so few channels and images, and so small ones, that other sizes may grow. */
function shrunk(problem: Problem): Problem {
  const inChannels = 1 + (problem.inChannels % 2);
  const depth = 1 + (problem.outChannels % 3);
  return {
    ...problem,
    ...{batch: 1 + (problem.batch % 2), inHeight: Math.min(problem.inHeight, 5), inWidth: Math.min(problem.inWidth, 5)},
    ...{inChannels, outChannels: problem.kind ? inChannels * depth : depth},
  };
}

/** The shapes of a bias or of slopes. NCHW takes only vectors and scalars. */
const axes = (dataFormat: Problem['dataFormat']) =>
  fc.constantFrom('c', 'c', 'c', '', '1', ...(dataFormat === 'NHWC' ? ['11c', '1hwc', 'hwc', 'hw1', 'h11'] : []));

/** Epilogues that may follow a problem in the same kernel. */
const epilogueOf = (dataFormat: Problem['dataFormat']): fc.Arbitrary<ProblemEpilogue> =>
  fc
    .record({
      activation: fc.constantFrom(...activationNames()),
      bias: fc.option(axes(dataFormat), {nil: undefined}),
      slopes: axes(dataFormat),
      alpha: fc.constantFrom(undefined, 0.25, 0, 1.5, -0.5),
    })
    .map(({activation, bias, slopes, alpha}) => ({
      activation,
      ...(bias === undefined ? {} : {bias}),
      ...(activations[activation].operand === 'slopes' ? {slopes} : {}),
      ...(activations[activation].operand === 'alpha' && alpha !== undefined ? {leakyreluAlpha: alpha} : {}),
    }));

/** A random problem without an epilogue. */
export const convolutionProblem: fc.Arbitrary<Problem> = fc.oneof(anyProblem, plainProblem, stretchedProblem);

const fusedProblem: fc.Arbitrary<Problem> = convolutionProblem.chain((problem) =>
  epilogueOf(problem.dataFormat).map((epilogue) => ({...problem, epilogue})),
);

/** A random problem. Of seven, two are of any kind, one is plain, two have one or two large sizes, and two have an epilogue. */
export const randomProblem: fc.Arbitrary<Problem> = fc.oneof(
  {weight: 2, arbitrary: anyProblem},
  {weight: 1, arbitrary: plainProblem},
  {weight: 2, arbitrary: stretchedProblem},
  {weight: 2, arbitrary: fusedProblem},
);

function isSmall(problem: Problem): boolean {
  if (!resolves(problem)) return false;
  const info = problemInfo(problem);
  return flopsOf(info) <= maximumFlops && (['x', 'y'] as const).every((name) => sizeOf(info, name) <= maximumElements);
}
