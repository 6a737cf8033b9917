import type {NamedAttrMap, Tensor} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type {Algorithm} from '../algorithms/algorithm.js';
import type {Engine} from '../engine/engine.js';
import {jsEngine} from '../engine/jsEngine.js';
import {ConvgradError} from '../geometry/error.js';
import {type Pass, passTensors, shapeOf, sizeOf, type TensorName, userShapeOf} from '../geometry/pass.js';
import {type Problem, problemAttributes, problemInfo} from '../geometry/problem.js';
import {withBuiltins} from '../plugin/builtins.js';
import {countCalls} from '../verify/proof/proof.js';
import type {Inputs} from '../verify/reference/reference.js';
import {kernelOf} from '../verify/run/kernels.js';
import {inputTensors} from '../verify/run/runPass.js';
import {awaitResult} from './awaitResult.js';
import type {Clock, TimedCall} from './clock.js';
import {type TimedEngine, timedEngine} from './timedEngine.js';

/** A timed call that holds tensors until `dispose()`. */
export interface TensorCall {
  call: TimedCall;
  dispose(): void;
}

/**
 * A whole call of convgrad's kernel, as tfjs makes it: checks, selection, copies, and a new output. The output is disposed of
 * outside the timed part. On a GPU the time includes the wait for the result; see {@link awaitResult}.
 * @param served the implementation that must compute it, as `backend/algorithm/pass`
 */
export function wholeCall(problem: Problem, inputs: Inputs, pass: Pass, served: string, clock: Clock): TensorCall {
  return tensorCall(problem, inputs, pass, clock, (run) => {
    const {value, calls} = countCalls(run);
    if (calls.get(served) !== 1 || calls.size !== 1) {
      throw new Error(`${served} should have run; ${[...calls.keys()].join(', ') || 'no kernel of convgrad'} did`);
    }
    return value;
  });
}

/** The same call with tfjs's own kernels in place. */
export function builtinCall(problem: Problem, inputs: Inputs, pass: Pass, clock: Clock): TensorCall {
  return tensorCall(problem, inputs, pass, clock, (run) => {
    const {value, calls} = countCalls(() => withBuiltins(tf, run));
    if (calls.size > 0) {
      throw new ConvgradError(
        'bench',
        `convgrad's own kernel ran (${[...calls.keys()]}), which cannot be compared with itself.`,
      );
    }
    return value;
  });
}

/**
 * The arithmetic of an algorithm alone, on existing arrays: the time inside the engine's operations. For an algorithm that uses
 * none of them, it is the time of the whole function.
 * @param engine returns the present engine, which may change until it has settled
 */
export function kernelCall(
  algorithm: Algorithm,
  problem: Problem,
  inputs: Inputs,
  pass: Pass,
  engine: () => Engine | undefined,
  clock: Clock,
): TimedCall {
  const info = problemInfo(problem);
  const [a, b] = passTensors[pass].inputs.map((name) => inputs[name as keyof Inputs]);
  const output = new Float32Array(sizeOf(info, passTensors[pass].output));
  let timed: TimedEngine | undefined;
  return () => {
    const current = engine() ?? jsEngine;
    if (timed?.of !== current) timed = timedEngine(current, clock.now);
    const start = clock.now();
    algorithm[pass]?.(info, a, b, output, timed.engine);
    const whole = clock.now() - start;
    const {milliseconds, calls} = timed.take();
    return calls > 0 ? milliseconds : whole;
  };
}

function tensorCall(
  problem: Problem,
  inputs: Inputs,
  pass: Pass,
  clock: Clock,
  around: (run: () => ComputedTensor) => ComputedTensor,
): TensorCall {
  const info = problemInfo(problem);
  const tensors: Partial<Record<TensorName, Tensor>> = inputTensors(problem, inputs);
  const names = passTensors[pass].inputs;
  const attrs = {
    ...problemAttributes(problem),
    ...(pass === 'backpropInput' ? {inputShape: userShapeOf(info, 'x')} : {}),
    ...(pass === 'backpropFilter' ? {filterShape: shapeOf(info, 'filter')} : {}),
  };
  const given = Object.fromEntries(names.map((name) => [name, tensors[name] as Tensor]));
  const run = () => {
    const start = clock.now();
    const result = tf.engine().runKernel(kernelOf(problem, pass), given, attrs as unknown as NamedAttrMap) as Tensor;
    return {result, milliseconds: clock.now() - start};
  };
  const call = async () => {
    const {result, milliseconds} = around(run);
    const waited = await awaitResult(result, clock);
    result.dispose();
    return milliseconds + waited;
  };
  return {call, dispose: () => tf.dispose(Object.values(tensors))};
}

/** The result of a kernel, and the milliseconds until it returned. */
interface ComputedTensor {
  result: Tensor;
  milliseconds: number;
}
