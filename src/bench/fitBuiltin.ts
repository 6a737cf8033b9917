import {ConvgradError} from '../geometry/error.js';
import type {Pass} from '../geometry/pass.js';
import {formatProblem, type Problem} from '../geometry/problem.js';
import {builtinFault} from '../plugin/builtinFault.js';
import {isGpu} from '../verify/bound.js';
import {drawInputs} from '../verify/fill.js';
import {browserFlops} from './browserSize.js';
import {builtinCall, type TensorCall} from './calls.js';
import type {Clock} from './clock.js';
import {cutDown, operations} from './cutDown.js';
import type {BenchResult} from './result.js';

/** A call of the built-in takes about so long at most; some of tfjs's kernels would take minutes on a real layer. */
export const builtinMilliseconds = 50;

/** Where fitting begins. A GPU is not measured on what would leave most of it idle, nor has it shaders compiled for sizes that nobody asks for. */
const firstFlops = (backend: string) => (isGpu(backend) ? browserFlops : fewFlops);
const fewFlops = 2 ** 18;

/** The largest cut of a problem that takes no longer than that, by trying ever larger ones. */
export async function largestCut(
  problem: Problem,
  timeOf: (cut: Problem) => number | Promise<number>,
  most = builtinMilliseconds,
  first = fewFlops,
): Promise<Problem> {
  for (let flops = first; ; ) {
    const cut = cutDown(problem, flops);
    if (operations(cut) === operations(problem)) return problem;
    const milliseconds = await timeOf(cut);
    if (milliseconds > most / 2) return cut;
    // Small problems say little of the speed of large ones.
    flops *= Math.max(2, Math.min(16, (0.8 * most) / milliseconds));
  }
}

/** A call of the built-in on as much of the problem as there is time for, or why there is none. */
export async function fitBuiltin(
  problem: Problem,
  backend: string,
  pass: Pass,
  seed: number,
  clock: Clock,
): Promise<(TensorCall & {scaled?: NonNullable<BenchResult['scaled']>}) | {reason: string}> {
  const fault = builtinFault(backend, problem, pass);
  if (fault !== undefined) return {reason: fault};
  const callOf = (cut: Problem) => builtinCall(cut, drawInputs(cut, 'reals', seed), pass, clock);
  const timeOf = async (cut: Problem) => {
    const {call, dispose} = callOf(cut);
    try {
      const first = await call();
      await clock.turn();
      return Math.min(first, await call());
    } finally {
      dispose();
    }
  };
  try {
    const cut = await largestCut(problem, timeOf, builtinMilliseconds, firstFlops(backend));
    const factor = operations(problem) / operations(cut);
    return {...callOf(cut), ...(factor === 1 ? {} : {scaled: {problem: formatProblem(cut), factor}})};
  } catch (error) {
    if (error instanceof ConvgradError) throw error;
    return {reason: `the built-in throws: ${(error as Error).message}`};
  }
}
