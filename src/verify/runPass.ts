import type {Tensor, Tensor4D} from '@tensorflow/tfjs';
import type {Pass} from '../geometry/pass.js';
import {type Problem, problemAttributes} from '../geometry/problem.js';
import {conv2d} from '../plugin/conv2d.js';
import {defaultTf as tf} from '../plugin/tfjs.js';
import type {Got} from './compare.js';
import {toNCHW, toNHWC} from './layout.js';
import {type Inputs, tensorShapes} from './reference.js';

/** What one pass computed, and how long it took. */
export interface PassRun {
  got: Got;
  /** Of this pass alone, reading the result back included. */
  milliseconds: number;
}

/**
 * Runs one pass the way a user's program does: y from `tf.conv2d`, gradients from tfjs's tape over it.
 *
 * @param around called with the synchronous part, to choose and to watch the kernels that run
 */
export async function runPass(
  problem: Problem,
  inputs: Inputs,
  pass: Pass,
  around: <T>(fn: () => T) => T,
): Promise<PassRun> {
  const shapes = tensorShapes(problem);
  const x = image(problem, inputs.x, shapes.x);
  const filter = tf.tensor4d(inputs.filter, shapes.filter);
  const dy = image(problem, inputs.dy, shapes.dy);
  let result: Tensor | undefined;
  try {
    let start = performance.now();
    const gradient = (f: (v: Tensor4D) => Tensor4D, of: Tensor4D) =>
      tf.tidy(() => {
        const recorded = (v: Tensor4D) => {
          const y = f(v);
          // Waits for the forward pass, whose time is not the gradient's.
          y.dataSync();
          start = performance.now();
          return y;
        };
        return tf.valueAndGrad(recorded)(of, dy).grad;
      });
    const compute: Record<Pass, () => Tensor> = {
      forward: () => convolve(problem, x, filter),
      backpropInput: () => gradient((v) => convolve(problem, v, filter), x),
      backpropFilter: () => gradient((v) => convolve(problem, x, v), filter),
    };
    result = around(compute[pass]);
    const values = (await result.data()) as Float32Array;
    const milliseconds = performance.now() - start;
    return {got: got(problem, pass, values, result.shape), milliseconds};
  } finally {
    tf.dispose([x, filter, dy, ...(result ? [result] : [])]);
  }
}

/** Whether `tf.conv2d` refuses the problem before any kernel runs; our own function takes it. */
export function isRefusedByTf({strideHeight, strideWidth, dilationHeight, dilationWidth}: Problem): boolean {
  return Math.max(strideHeight, strideWidth) > 1 && Math.max(dilationHeight, dilationWidth) > 1;
}

function convolve(problem: Problem, x: Tensor4D, filter: Tensor4D): Tensor4D {
  const {strides, pad, dataFormat, dilations, dimRoundingMode} = problemAttributes(problem);
  if (isRefusedByTf(problem)) return conv2d(x, filter, strides, pad, dataFormat, dilations, dimRoundingMode);
  return tf.conv2d(x, filter, strides, pad as 'same', dataFormat, dilations, dimRoundingMode);
}

function image(problem: Problem, values: Float32Array, shape: readonly [number, number, number, number]): Tensor4D {
  const [n, h, w, c] = shape;
  return problem.dataFormat === 'NHWC'
    ? tf.tensor4d(values, [n, h, w, c])
    : tf.tensor4d(toNCHW(values, shape), [n, c, h, w]);
}

/** The result in NHWC order. A result of the wrong size stays as it is: the comparison says so. */
function got(problem: Problem, pass: Pass, values: Float32Array, shape: number[]): Got {
  if (problem.dataFormat === 'NHWC' || pass === 'backpropFilter' || shape.length !== 4) return {values, shape};
  const [n, c, h, w] = shape;
  return {values: toNHWC(values, [n, h, w, c]), shape: [n, h, w, c]};
}
