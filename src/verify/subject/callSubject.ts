import * as tf from '@tensorflow/tfjs-core';
import {type Pass, passTensors, shapeOf, type TensorName, userShapeOf} from '../../geometry/pass.js';
import {type Problem, problemAttributes, problemInfo} from '../../geometry/problem.js';
import {toNCHW, toNHWC} from '../data/dataFormat.js';
import {type Inputs, tensorShapes} from '../reference/reference.js';
import type {PassResult} from '../run/runPass.js';
import {type SubjectAnswer, type SubjectCall, subjectName, type VerifySubject} from './verifySubject.js';

/**
 * Computes one pass with a function of the subject's.
 * @throws Error with one line when the function throws, takes too long, or returns what cannot be the result
 */
export async function callSubject(
  subject: VerifySubject,
  problem: Problem,
  inputs: Inputs,
  pass: Pass,
  timeoutMs: number,
): Promise<PassResult> {
  const call = callOf(problem);
  const tensors = inputsOf(problem, inputs, pass);
  const ask = subject[pass] as (call: SubjectCall) => SubjectAnswer | PromiseLike<SubjectAnswer>;
  const start = performance.now();
  let values: ArrayLike<number>;
  try {
    const answer = await settled(() => ask.call(subject, {...call, ...tensors}), timeoutMs);
    values = await valuesOf(answer, passTensors[pass].output, call);
  } catch (error) {
    throw new Error(`${subjectName(subject)}.${pass} ${reasonOf(error)}`);
  }
  const milliseconds = performance.now() - start;
  const shape = shapeOf(call.info, passTensors[pass].output);
  const isMoved = problem.dataFormat === 'NCHW' && pass !== 'backpropFilter';
  return {
    got: {values: isMoved ? toNHWC(Float32Array.from(values), shape) : values, shape},
    milliseconds,
    inputsAfter: {...inputs, ...inputsFrom(problem, tensors)},
  };
}

/** A complaint about the subject, as opposed to an error that the subject itself throws. */
class Complaint extends Error {}

function reasonOf(error: unknown): string {
  if (error instanceof Complaint) return error.message;
  const [line] = String(error instanceof Error ? error.message || error.name : error).split('\n');
  return `threw: ${line}`;
}

function callOf(problem: Problem): SubjectCall {
  const info = problemInfo(problem);
  const names: TensorName[] = ['x', 'filter', 'y', 'dy', 'dx', 'dFilter'];
  const shapes = Object.fromEntries(names.map((name) => [name, userShapeOf(info, name)])) as SubjectCall['shapes'];
  return {...problemAttributes(problem), shapes, info};
}

/** Copies of the tensors that the pass reads. The originals are still needed when the subject writes into its inputs. */
function inputsOf(problem: Problem, inputs: Inputs, pass: Pass): Partial<Inputs> {
  const shapes = tensorShapes(problem);
  const names = passTensors[pass].inputs as readonly (keyof Inputs)[];
  const copy = (name: keyof Inputs) =>
    problem.dataFormat === 'NCHW' && name !== 'filter' ? toNCHW(inputs[name], shapes[name]) : inputs[name].slice();
  return Object.fromEntries(names.map((name) => [name, copy(name)]));
}

/** The copies as they are after the call, in NHWC order. */
function inputsFrom(problem: Problem, tensors: Partial<Inputs>): Partial<Inputs> {
  if (problem.dataFormat === 'NHWC') return tensors;
  const shapes = tensorShapes(problem);
  const names = Object.keys(tensors) as (keyof Inputs)[];
  return Object.fromEntries(
    names.map((name) => [name, name === 'filter' ? tensors[name] : toNHWC(tensors[name]!, shapes[name])]),
  );
}

/**
 * What the function returns, or what its promise resolves to. Nobody waits for a late promise, but a tensor that it brings is disposed of.
 */
async function settled(ask: () => SubjectAnswer | PromiseLike<SubjectAnswer>, timeoutMs: number): Promise<unknown> {
  const answer: unknown = ask();
  if (typeof (answer as PromiseLike<unknown> | undefined)?.then !== 'function') return answer;
  const promise = Promise.resolve(answer);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Complaint(`did not settle within ${timeoutMs} ms`));
      promise.then(dispose, () => {});
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function dispose(answer: unknown): void {
  if (answer instanceof tf.Tensor) answer.dispose();
}

async function valuesOf(answer: unknown, output: TensorName, {shapes}: SubjectCall): Promise<ArrayLike<number>> {
  const shape = shapes[output];
  if (answer instanceof tf.Tensor) {
    try {
      if (answer.shape.join() !== shape.join())
        throw new Complaint(`returned a tensor of shape [${answer.shape}]; ${output} is [${shape}]`);
      return (await answer.data()) as ArrayLike<number>;
    } finally {
      answer.dispose();
    }
  }
  if (!(answer instanceof Float32Array || answer instanceof Float64Array))
    throw new Complaint(`returned ${kindOf(answer)}; it must return a Float32Array, a Float64Array or a tensor`);
  const size = shape.reduce((product, length) => product * length);
  if (answer.length !== size) throw new Complaint(`returned ${answer.length} values; ${output} [${shape}] has ${size}`);
  // Copied, because the subject may use its buffer again.
  return answer.slice();
}

function kindOf(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null) return String(answer);
  return `an object of class ${answer.constructor?.name ?? 'none'}`;
}
