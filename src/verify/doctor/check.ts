import type {Tensor, Tensor4D} from '@tensorflow/tfjs';
import type {Pass} from '../../geometry/pass.js';
import {type Problem, parseProblem} from '../../geometry/problem.js';
import {defaultTf as tf} from '../../plugin/tfjs.js';
import {toNCHW} from '../data/dataFormat.js';
import {makeTestVector} from '../data/testVector.js';
import {arithmeticOf} from '../reference/bound.js';
import type {Inputs} from '../reference/reference.js';
import {inputTensors} from '../run/runPass.js';

/** Computes results from x, filter and dy, which are whole numbers, in the problem's data format. */
export type CheckFunction = (tensors: Record<keyof Inputs, Tensor4D>, problem: Problem) => Tensor[];

/** Something that users of tfjs want, and tfjs alone does not do right on some backend. */
export interface DoctorCheck {
  /** In a user's words. */
  what: string;
  problem: string;
  /** As a user's program asks for it. */
  compute: CheckFunction;
  /** How to ask convgrad for it, where tfjs refuses before any kernel runs. */
  instead?: {name: string; compute: CheckFunction};
  /** The passes whose right values the way must return, in this order; their shapes may differ, as a layer's do. */
  passes: readonly Pass[];
  /** Backends on which tfjs's own kernel writes where it must not: nothing that runs after it on them can be trusted. */
  corrupts?: readonly string[];
}

/** What came of it: `right`, `throws: …`, or in what it is wrong. */
export function outcomeOf(row: DoctorCheck, way: CheckFunction): Promise<string> {
  return outcomeOfResults(async () => {
    const problem = parseProblem(row.problem);
    const {inputs, expected} = makeTestVector(problem, 'integers', 1, 1, arithmeticOf('cpu'));
    const results = way(inputTensors(problem, inputs), problem);
    const got = (await Promise.all(results.map((result) => result.data()))) as Float32Array[];
    return row.passes.map((pass, i) => {
      const {values, shape} = expected[pass];
      const image = pass !== 'backpropFilter' && problem.dataFormat === 'NCHW';
      return {got: got[i], want: image ? toNCHW(Float32Array.from(values), shape) : values};
    });
  });
}

/** A result, and what is right. */
export interface CheckedResult {
  got: Float32Array | undefined;
  want: ArrayLike<number>;
}

/** The outcome of results that are whole numbers; the tensors that computing them leaves are disposed of. */
export async function outcomeOfResults(compute: () => Promise<readonly CheckedResult[]>): Promise<string> {
  tf.engine().startScope();
  const outcome = await compute().then(judge, (error) => `throws: ${messageOf(error)}`);
  try {
    tf.engine().endScope();
    return outcome;
  } catch (error) {
    return `spoils the backend's memory: ${messageOf(error)}`;
  }
}

function judge(results: readonly CheckedResult[]): string {
  const off = Math.max(...results.map(({got, want}) => distance(got, want)));
  return off === 0 ? 'right' : off === Number.POSITIVE_INFINITY ? 'wrong size' : `wrong by ${off}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0] : String(error);
}

/** The largest difference; whole numbers are exact in float32, so that any is a mistake. Infinity where sizes differ, NaN where it holds one. */
function distance(got: Float32Array | undefined, want: ArrayLike<number>): number {
  if (got?.length !== want.length) return Number.POSITIVE_INFINITY;
  return got.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (want[i] as number))), 0);
}
