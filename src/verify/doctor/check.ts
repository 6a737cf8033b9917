import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {ieee} from '../../backends/arithmetic.js';
import type {Pass} from '../../geometry/pass.js';
import {type Problem, parseProblem} from '../../geometry/problem.js';
import {toNCHW} from '../data/dataFormat.js';
import {makeTestVector} from '../data/testVector.js';
import type {Inputs} from '../reference/reference.js';
import {inputTensors} from '../run/runPass.js';

/** Computes results from x, filter and dy in the problem's data format. The values are whole numbers. */
export type CheckFunction = (tensors: Record<keyof Inputs, Tensor4D>, problem: Problem) => Tensor[];

/** Something that users of tfjs want and that tfjs alone does wrong on some backend. */
export interface DoctorCheck {
  /** What it is, in a user's words. */
  what: string;
  problem: string;
  /** Computes it as a user's program does. */
  compute: CheckFunction;
  /** The function of convgrad that does it, if tfjs refuses before any kernel runs. */
  instead?: {name: string; compute: CheckFunction};
  /** The passes whose right values the computation must return, in this order. Their shapes may differ, as a layer's do. */
  passes: readonly Pass[];
  /** True if a kernel of tfjs may write where it must not. Nothing that runs on the backend afterwards can then be trusted. */
  corrupts?: true;
}

/** The outcome of a check: `right`, `throws: …`, or what is wrong. */
export function outcomeOf(row: DoctorCheck, way: CheckFunction): Promise<string> {
  return outcomeOfResults(async () => {
    const problem = parseProblem(row.problem);
    const {inputs, expected} = makeTestVector(problem, 'integers', 1, 1, ieee);
    const results = way(inputTensors(problem, inputs), problem);
    const got = (await Promise.all(results.map((result) => result.data()))) as Float32Array[];
    return row.passes.map((pass, i) => {
      const {values, shape} = expected[pass];
      const image = pass !== 'backpropFilter' && problem.dataFormat === 'NCHW';
      return {got: got[i], want: image ? toNCHW(Float32Array.from(values), shape) : values};
    });
  });
}

/** A computed result and the right one. */
export interface CheckedResult {
  got: Float32Array | undefined;
  want: ArrayLike<number>;
}

/** The outcome of results that are whole numbers. Tensors that the computation leaves are disposed of. */
export async function outcomeOfResults(compute: () => Promise<readonly CheckedResult[]>): Promise<string> {
  tf.engine().startScope();
  const outcome = await compute().then(judge, (error) => `throws: ${messageOf(error)}`);
  try {
    tf.engine().endScope();
    return outcome;
  } catch (error) {
    return `corrupts the backend's memory: ${messageOf(error)}`;
  }
}

function judge(results: readonly CheckedResult[]): string {
  const off = Math.max(...results.map(({got, want}) => distance(got, want)));
  return off === 0 ? 'right' : off === Number.POSITIVE_INFINITY ? 'wrong size' : `wrong by ${off}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0] : String(error);
}

/**
 * The largest difference. Whole numbers are exact in float32, so any difference is a mistake. Infinity if sizes differ, NaN if the result
 * holds one.
 */
function distance(got: Float32Array | undefined, want: ArrayLike<number>): number {
  if (got?.length !== want.length) return Number.POSITIVE_INFINITY;
  return got.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (want[i] as number))), 0);
}
