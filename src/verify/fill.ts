import {formatProblem, type Problem} from '../geometry/problem.js';
import {type Arithmetic, arithmeticOf} from './bound.js';
import {besideShapes, isFused} from './fusedReference.js';
import {randomFrom} from './random.js';
import {type AllInputs, outputSize, tensorShapes} from './reference.js';

/**
 * What the tensors are filled with: small non-zero `integers`, on which every order of summation is exact in float32, or `reals`, uniform
 * in [−1, 1], which round.
 */
export type Fill = 'integers' | 'reals';

export const fills: readonly Fill[] = ['integers', 'reals'];

export {exactLimit} from './bound.js';

/** The integers drawn are at most this large. */
export const integerMost = 8;

/**
 * Draws x, filter and dy, and what a fused convolution reads beside them. The data depend on the arguments alone, never on the run they are part of, so one problem replays by itself.
 *
 * @param headroom how many times max Σ|a||b| the algorithm's intermediates may reach; the range of the integers shrinks accordingly
 * @param attempt a next draw for the same problem
 * @param arithmetic sets the range of the integers and the steps of the reals, so that each value is stored without rounding
 */
export function drawInputs(
  problem: Problem,
  fill: Fill,
  seed: number,
  headroom = 1,
  attempt = 0,
  {exactLimit, storage}: Arithmetic = arithmeticOf('cpu'),
): AllInputs {
  const next = randomFrom(`${seed}/${formatProblem(problem)}/${fill}/${attempt}`);
  const draw =
    fill === 'integers' ? integer(next, integerRange(problem, headroom, exactLimit)) : real(next, storage ? 11 : 23);
  const shapes = tensorShapes(problem);
  const tensor = (shape: readonly number[], draw: () => number) =>
    Float32Array.from({length: shape.reduce((product, length) => product * length, 1)}, draw);
  const inputs = {x: tensor(shapes.x, draw), filter: tensor(shapes.filter, draw), dy: tensor(shapes.dy, draw)};
  if (!isFused(problem)) return inputs;
  const {bias, slopes} = besideShapes(problem);
  const isExact = fill === 'integers';
  if (isExact && problem.epilogue.activation === 'relu6') {
    const scale = scaleAround6(problem);
    inputs.filter = inputs.filter.map((weight) => weight * scale);
  }
  return {
    ...inputs,
    // Halves, so that no sum of integers is 0 or 6, where the derivative has no value.
    ...(bias ? {bias: tensor(bias, isExact ? () => draw() - 0.5 : draw)} : {}),
    ...(slopes ? {slopes: tensor(slopes, isExact ? () => integer(next, integerMost)() / 4 : draw)} : {}),
  };
}

/** Integers and what an epilogue divides them into: halves, quarters, and slopes up to 2. */
const finest = 16;

/** A power of two that makes sums of ±1 about 4 large, so that some are below 0 and some above 6. */
function scaleAround6(problem: Problem): number {
  const terms = termsOf(problem).forward;
  return 2 ** -Math.max(0, Math.round(Math.log2(Math.sqrt(terms) / 4)));
}

/** The largest range up to `integerMost` whose products, summed over the longest sum of the three passes, stay exact. */
function integerRange(problem: Problem, headroom: number, exactLimit: number): number {
  if (problem.epilogue?.activation === 'relu6') return 1;
  const {forward, backward} = termsOf(problem);
  const terms = Math.max(1, forward, backward) * (problem.epilogue ? finest : 1);
  return Math.max(1, Math.min(integerMost, Math.floor(Math.sqrt(exactLimit / (Math.max(1, headroom) * terms)))));
}

/** The longest sums of the forward pass, and of the gradients. */
function termsOf(problem: Problem): {forward: number; backward: number} {
  const {batch, inChannels, outChannels, filterHeight, filterWidth, kind} = problem;
  const [outHeight, outWidth] = outputSize(problem);
  const taps = filterHeight * filterWidth;
  const [into, out] = kind === 'depthwise' ? [1, outChannels / inChannels] : [inChannels, outChannels];
  return {forward: taps * into, backward: Math.max(taps * out, batch * outHeight * outWidth)};
}

/** ±1 … ±range. Never zero: a zero would hide a term. */
export function integer(next: () => number, range: number): () => number {
  return () => {
    const drawn = (next() % (2 * range)) - range;
    return drawn < 0 ? drawn : drawn + 1;
  };
}

/** [−1, 1] in steps of 2⁻ᵇⁱᵗˢ: 23 for a float32, 11 for a float16. */
function real(next: () => number, bits: 23 | 11): () => number {
  return () => ((next() >>> (31 - bits)) - 2 ** bits) / 2 ** bits;
}
