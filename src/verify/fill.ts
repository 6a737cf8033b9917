import {formatProblem, type Problem} from '../geometry/problem.js';
import {randomFrom} from './random.js';
import {type Inputs, outputSize, tensorShapes} from './reference.js';

/**
 * What the tensors are filled with: small non-zero `integers`, on which every order of summation is exact in float32, or `reals`, uniform
 * in [−1, 1], which round.
 */
export type Fill = 'integers' | 'reals';

export const fills: readonly Fill[] = ['integers', 'reals'];

/** Largest integer n such that every integer up to n is a float32. */
export const exactLimit = 2 ** 24;

/**
 * Draws x, filter and dy. The data depend on the arguments alone, never on the run they are part of, so one problem replays by itself.
 *
 * @param headroom how many times max Σ|a||b| the algorithm's intermediates may reach; the range of the integers shrinks accordingly
 * @param attempt a next draw for the same problem
 */
export function drawInputs(problem: Problem, fill: Fill, seed: number, headroom = 1, attempt = 0): Inputs {
  const next = randomFrom(`${seed}/${formatProblem(problem)}/${fill}/${attempt}`);
  const draw = fill === 'integers' ? integer(next, integerRange(problem, headroom)) : real(next);
  const shapes = tensorShapes(problem);
  const tensor = (shape: readonly number[]) =>
    Float32Array.from({length: shape.reduce((product, length) => product * length)}, draw);
  return {x: tensor(shapes.x), filter: tensor(shapes.filter), dy: tensor(shapes.dy)};
}

/** The largest range up to 8 whose products, summed over the longest sum of the three passes, stay exact. */
function integerRange(problem: Problem, headroom: number): number {
  const {batch, inChannels, outChannels, filterHeight, filterWidth} = problem;
  const [outHeight, outWidth] = outputSize(problem);
  const taps = filterHeight * filterWidth;
  const terms = Math.max(1, taps * inChannels, taps * outChannels, batch * outHeight * outWidth);
  return Math.max(1, Math.min(8, Math.floor(Math.sqrt(exactLimit / (Math.max(1, headroom) * terms)))));
}

/** ±1 … ±range. Never zero: a zero would hide a term. */
function integer(next: () => number, range: number): () => number {
  return () => {
    const drawn = (next() % (2 * range)) - range;
    return drawn < 0 ? drawn : drawn + 1;
  };
}

/** [−1, 1] in steps of 2⁻²³, each of them a float32. */
function real(next: () => number): () => number {
  return () => ((next() >>> 8) - 2 ** 23) / 2 ** 23;
}
