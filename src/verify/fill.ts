import {formatProblem, type Problem} from '../geometry/problem.js';
import {type Arithmetic, arithmeticOf} from './bound.js';
import {randomFrom} from './random.js';
import {type Inputs, outputSize, tensorShapes} from './reference.js';

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
 * Draws x, filter and dy. The data depend on the arguments alone, never on the run they are part of, so one problem replays by itself.
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
): Inputs {
  const next = randomFrom(`${seed}/${formatProblem(problem)}/${fill}/${attempt}`);
  const draw =
    fill === 'integers' ? integer(next, integerRange(problem, headroom, exactLimit)) : real(next, storage ? 11 : 23);
  const shapes = tensorShapes(problem);
  const tensor = (shape: readonly number[]) =>
    Float32Array.from({length: shape.reduce((product, length) => product * length)}, draw);
  return {x: tensor(shapes.x), filter: tensor(shapes.filter), dy: tensor(shapes.dy)};
}

/** The largest range up to `integerMost` whose products, summed over the longest sum of the three passes, stay exact. */
function integerRange(problem: Problem, headroom: number, exactLimit: number): number {
  const {batch, inChannels, outChannels, filterHeight, filterWidth, kind} = problem;
  const [outHeight, outWidth] = outputSize(problem);
  const taps = filterHeight * filterWidth;
  const channels = kind === 'depthwise' ? outChannels / inChannels : Math.max(inChannels, outChannels);
  const terms = Math.max(1, taps * channels, batch * outHeight * outWidth);
  return Math.max(1, Math.min(integerMost, Math.floor(Math.sqrt(exactLimit / (Math.max(1, headroom) * terms)))));
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
