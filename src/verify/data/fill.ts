import {type Arithmetic, ieee} from '../../backends/arithmetic.js';
import {formatProblem, type Problem} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';
import {epilogueShapes, isFused} from '../reference/fusedReference.js';
import {type AllInputs, outputSize, tensorShapes} from '../reference/reference.js';

/**
 * What the tensors are filled with. `integers` are small and non-zero; every order of summation is exact on them in float32. `reals` are
 * uniform in [−1, 1) and round.
 */
export type Fill = 'integers' | 'reals';

export const fills: readonly Fill[] = ['integers', 'reals'];

export {exactLimit} from '../../backends/arithmetic.js';

/** The largest magnitude of a drawn integer. */
export const integerMost = 8;

/**
 * Draws x, filter and dy, and also bias and slopes for a fused convolution. The data depend on the arguments alone, never on the run that
 * they are part of, so one problem replays by itself.
 *
 * @param headroom how many times max Σ|a||b| the algorithm's intermediates may reach; the range of the integers shrinks accordingly
 * @param attempt another number draws other data for the same problem
 * @param arithmetic sets the range of the integers and the steps of the reals, so that each value is stored without rounding
 */
export function drawInputs(
  problem: Problem,
  fill: Fill,
  seed: number,
  headroom = 1,
  attempt = 0,
  {exactLimit, storage}: Arithmetic = ieee,
): AllInputs {
  const next = randomFrom(`${seed}/${formatProblem(problem)}/${fill}/${attempt}`);
  const draw =
    fill === 'integers' ? integer(next, integerRange(problem, headroom, exactLimit)) : real(next, storage ? 11 : 23);
  const shapes = tensorShapes(problem);
  const tensor = (shape: readonly number[], draw: () => number) =>
    Float32Array.from({length: shape.reduce((product, length) => product * length, 1)}, draw);
  const inputs = {x: tensor(shapes.x, draw), filter: tensor(shapes.filter, draw), dy: tensor(shapes.dy, draw)};
  if (!isFused(problem)) return inputs;
  const {bias, slopes} = epilogueShapes(problem);
  const isExact = fill === 'integers';
  const scale = isExact && problem.epilogue.activation === 'relu6' ? scaleAround6(problem) : 1;
  return {
    ...{...inputs, filter: inputs.filter.map((weight) => weight * scale)},
    // The bias is half a step off the sums, so that no z is 0 or 6, where the derivative is undefined.
    ...(bias ? {bias: tensor(bias, isExact ? () => (draw() - 0.5) * scale : draw)} : {}),
    ...(slopes ? {slopes: tensor(slopes, isExact ? () => integer(next, integerMost)() / 4 : draw)} : {}),
  };
}

/** By how much an epilogue refines the integers: it makes room for halves, for quarters, and for slopes up to 2. */
const finest = 16;

/** The typical size of the sums of a forward pass, for integers up to `range`. */
function spreadOf(problem: Problem, range: number): number {
  return Math.sqrt(termsOf(problem).forward) * (((range + 1) * (2 * range + 1)) / 6);
}

/**
 * The typical size that the sums for relu6 should have: some are then below 0 and some above 6. `rangeAround6` is the least range whose
 * sums reach that size, and `scaleAround6` is the power of two that reduces larger sums to about that size.
 */
const spreadAround6 = 4;

function rangeAround6(problem: Problem): number {
  let range = 1;
  while (range < integerMost && spreadOf(problem, range) < spreadAround6) range++;
  return range;
}

function scaleAround6(problem: Problem): number {
  return 2 ** -Math.max(0, Math.round(Math.log2(spreadOf(problem, rangeAround6(problem)) / spreadAround6)));
}

/** The largest range up to `integerMost` whose products, summed over the longest sum of the three passes, stay exact. */
function integerRange(problem: Problem, headroom: number, exactLimit: number): number {
  if (problem.epilogue?.activation === 'relu6') return rangeAround6(problem);
  const {forward, backward} = termsOf(problem);
  const terms = Math.max(1, forward, backward) * (problem.epilogue ? finest : 1);
  return Math.max(1, Math.min(integerMost, Math.floor(Math.sqrt(exactLimit / (Math.max(1, headroom) * terms)))));
}

/** The number of terms in the longest sum of the forward pass, and in the longest of both gradients. */
function termsOf(problem: Problem): {forward: number; backward: number} {
  const {batch, inChannels, outChannels, filterHeight, filterWidth, kind} = problem;
  const [outHeight, outWidth] = outputSize(problem);
  const taps = filterHeight * filterWidth;
  const [into, out] = kind === 'depthwise' ? [1, outChannels / inChannels] : [inChannels, outChannels];
  return {forward: taps * into, backward: Math.max(taps * out, batch * outHeight * outWidth)};
}

/** Draws ±1 … ±range. It never draws zero, which would hide a term. */
export function integer(next: () => number, range: number): () => number {
  return () => {
    const drawn = (next() % (2 * range)) - range;
    return drawn < 0 ? drawn : drawn + 1;
  };
}

/** Draws from [−1, 1) in steps of 2⁻ᵇⁱᵗˢ: 23 bits for a float32, 11 for a float16. */
function real(next: () => number, bits: 23 | 11): () => number {
  return () => ((next() >>> (31 - bits)) - 2 ** bits) / 2 ** bits;
}
