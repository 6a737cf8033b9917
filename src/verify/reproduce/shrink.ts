import {type Problem, resolves} from '../../geometry/problem.js';

/** How much work shrinking may do. */
export interface Limits {
  tries: number;
  /** In the time of `performance.now()`. */
  deadline: number;
}

/** The smallest problem that was found. */
export interface Shrunk {
  problem: Problem;
  /** Whether every simpler problem was tried, and none fails. Otherwise the limits ended the search, and nothing need be special about it. */
  isMinimal: boolean;
}

/**
 * Finds the smallest problem on which `fails` still holds, by greedy steps. Each step makes one thing simpler, or two equal things at once,
 * because a mistake may need them equal. The first simpler problem that still fails is kept. This repeats until none fails or the limits
 * are reached.
 *
 * @param fails gets well-formed problems only; an exception counts as no
 */
export async function shrink(
  problem: Problem,
  fails: (problem: Problem) => Promise<boolean>,
  {tries, deadline}: Limits,
): Promise<Shrunk> {
  let smallest = problem;
  let left = tries;
  for (let found = true; found; ) {
    found = false;
    for (const simpler of simplerProblems(smallest)) {
      if (left-- <= 0 || performance.now() > deadline) return {problem: smallest, isMinimal: false};
      if (!(await fails(simpler).catch(() => false))) continue;
      smallest = simpler;
      found = true;
      break;
    }
  }
  return {problem: smallest, isMinimal: true};
}

/** Sizes that are made smaller before the pads are, and after. Each axis shrinks by itself. */
const outer = ['dilationHeight', 'dilationWidth'] as const;
const inner = ['strideHeight', 'strideWidth', 'filterHeight', 'filterWidth', 'inHeight', 'inWidth'] as const;

/** Sizes that a mistake may need to be equal. */
const linked = [
  ['dilationHeight', 'dilationWidth'],
  ['strideHeight', 'strideWidth'],
  ['filterHeight', 'filterWidth'],
  ['inHeight', 'inWidth'],
] as const;

/** Every well-formed problem that is simpler in one thing, or in two equal ones. For each thing, the boldest step comes first. */
function* simplerProblems(problem: Problem): Generator<Problem> {
  for (const candidate of candidates(problem)) {
    const {dimRoundingMode, ...truncated} = candidate;
    // Only numeric and explicit pads have a rounding mode.
    const whole = typeof candidate.pad === 'string' || dimRoundingMode === undefined ? truncated : candidate;
    if (resolves(whole)) yield whole;
  }
}

function* candidates(problem: Problem): Generator<Problem> {
  const {pad, dimRoundingMode, ...rest} = problem;
  yield* simplerEpilogues(problem);
  if (problem.kind === 'depthwise') yield asDense(problem);
  if (problem.dataFormat === 'NCHW') yield {...problem, dataFormat: 'NHWC'};
  if (dimRoundingMode) yield {...rest, pad};
  for (const less of lower(problem.batch, 1)) yield {...problem, batch: less};
  yield* fewerChannels(problem);
  for (const size of outer) {
    for (const less of lower(problem[size], 1)) yield {...problem, [size]: less};
  }
  for (const [one, other] of linked) {
    if (problem[one] !== problem[other]) continue;
    for (const less of lower(problem[one], 1)) yield {...problem, [one]: less, [other]: less};
  }
  if (pad !== 'valid') yield {...problem, pad: 'valid'};
  if (typeof pad === 'number') {
    for (const less of lower(pad, 0)) yield {...problem, pad: less};
  }
  if (typeof pad === 'object') {
    for (const side of ['top', 'bottom', 'left', 'right'] as const) {
      for (const less of lower(pad[side], 0)) yield {...problem, pad: {...pad, [side]: less}};
    }
  }
  for (const size of inner) {
    for (const less of lower(problem[size], 1)) yield {...problem, [size]: less};
  }
}

/** The dense convolution of the same sizes. Every input channel leads to every output channel. */
function asDense({kind: _, ...dense}: Problem): Problem {
  return dense;
}

/** The problem without the kind and the epilogue that shrinking has removed: the mistake has nothing to do with these. */
export function withFeaturesOf(problem: Problem, smallest: Problem): Problem {
  const {epilogue, ...rest} = smallest.kind === 'depthwise' ? problem : asDense(problem);
  return smallest.epilogue ? {...rest, epilogue} : rest;
}

/** The same problem with no epilogue at all, no bias, no activation, or one value for each channel. */
function* simplerEpilogues({epilogue, ...problem}: Problem): Generator<Problem> {
  if (!epilogue) return;
  const {bias, ...unbiased} = epilogue;
  yield problem;
  if (bias !== undefined) yield {...problem, epilogue: unbiased};
  if (epilogue.activation !== 'linear')
    yield {...problem, epilogue: {activation: 'linear', ...(bias === undefined ? {} : {bias})}};
  if (bias !== undefined && bias !== 'c') yield {...problem, epilogue: {...epilogue, bias: 'c'}};
  if (epilogue.slopes !== undefined && epilogue.slopes !== 'c')
    yield {...problem, epilogue: {...epilogue, slopes: 'c'}};
}

/**
 * The problem with fewer channels. A depthwise convolution has outChannels / inChannels output channels for each input channel; the two
 * numbers shrink independently.
 */
function* fewerChannels(problem: Problem): Generator<Problem> {
  const {kind, inChannels, outChannels} = problem;
  const depthwise = kind === 'depthwise';
  const multiplier = outChannels / inChannels;
  if (!depthwise && inChannels === outChannels) {
    for (const less of lower(inChannels, 1)) yield {...problem, inChannels: less, outChannels: less};
  }
  for (const less of lower(inChannels, 1)) {
    yield {...problem, inChannels: less, outChannels: depthwise ? less * multiplier : outChannels};
  }
  for (const less of lower(depthwise ? multiplier : outChannels, 1)) {
    yield {...problem, outChannels: depthwise ? inChannels * less : less};
  }
}

/**
 * The least value, then values with the same remainder modulo a power of two, half the value, and one or two less. The remainders serve
 * failures in the tail of a block: from 4099, 67 still has three more than a multiple of 64. Two less serves those that need an odd or an
 * even value.
 */
function lower(value: number, least: number): number[] {
  const alike: number[] = [];
  for (let block = 16; block < value / 2; block *= 2) alike.push(block + (value % block));
  return [...new Set([least, ...alike, Math.floor(value / 2), value - 1, value - 2])].filter(
    (less) => less >= least && less < value,
  );
}
