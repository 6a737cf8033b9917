import {isGpu} from '../backends/index.js';
import {ConvgradError} from '../geometry/error.js';
import type {Pass} from '../geometry/pass.js';
import {formatProblem, type Problem} from '../geometry/problem.js';
import {builtinFault} from '../plugin/builtinFault.js';
import {drawInputs} from '../verify/data/fill.js';
import type {Clock} from './clock.js';
import {operations, reduceProblem} from './reduceProblem.js';
import type {BenchResult} from './result.js';
import {softwareFlops} from './softwareSize.js';
import {builtinCall, type TensorCall} from './timedCalls.js';

/** A call of the built-in takes at most about this many milliseconds. Some of tfjs's kernels would take minutes on a real layer. */
export const maxBuiltinMilliseconds = 50;

/**
 * The operations of the first problem to try. A GPU starts large, because small problems leave most of it idle and compile
 * shaders for unneeded sizes.
 */
const initialFlops = (backend: string) => (isGpu(backend) ? softwareFlops : initialHostFlops);
const initialHostFlops = 2 ** 18;

/** The largest reduction of a problem that takes at most `most` milliseconds, found by trying larger and larger ones. */
export async function largestAffordable(
  problem: Problem,
  timeOf: (reduced: Problem) => number | Promise<number>,
  most = maxBuiltinMilliseconds,
  first = initialHostFlops,
): Promise<Problem> {
  for (let flops = first; ; ) {
    const reduced = reduceProblem(problem, flops);
    if (operations(reduced) === operations(problem)) return problem;
    const milliseconds = await timeOf(reduced);
    if (milliseconds > most / 2) return reduced;
    // Small problems say little about the speed of large ones, so the size grows by a limited factor.
    flops *= Math.max(2, Math.min(16, (0.8 * most) / milliseconds));
  }
}

/** A call of the built-in on as much of the problem as there is time for, or the reason why there is none. */
export async function fitBuiltin(
  problem: Problem,
  backend: string,
  pass: Pass,
  seed: number,
  clock: Clock,
): Promise<(TensorCall & {scaled?: NonNullable<BenchResult['scaled']>}) | {reason: string}> {
  const fault = builtinFault(backend, problem, pass);
  if (fault !== undefined) return {reason: fault};
  const callOf = (reduced: Problem) => builtinCall(reduced, drawInputs(reduced, 'reals', seed), pass, clock);
  const timeOf = async (reduced: Problem) => {
    const {call, dispose} = callOf(reduced);
    try {
      const first = await call();
      await clock.nextTask();
      return Math.min(first, await call());
    } finally {
      dispose();
    }
  };
  try {
    const reduced = await largestAffordable(problem, timeOf, maxBuiltinMilliseconds, initialFlops(backend));
    const factor = operations(problem) / operations(reduced);
    return {...callOf(reduced), ...(factor === 1 ? {} : {scaled: {problem: formatProblem(reduced), factor}})};
  } catch (error) {
    if (error instanceof ConvgradError) throw error;
    return {reason: `the built-in throws: ${(error as Error).message}`};
  }
}
