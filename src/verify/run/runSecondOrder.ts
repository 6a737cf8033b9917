import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {type Pass, passTensors} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import type {Provenance} from '../provenance/provenance.js';
import {type Inputs, tensorShapes} from '../reference/reference.js';
import {convolve, imageTensor, inNHWC, tensorsFrom} from './runPass.js';

/**
 * Computes second derivatives as tfjs's tape takes them. g is the gradient of the convolution by x (backpropInput) or by the filter
 * (backpropFilter), itself taken by the tape. The results are ∂⟨g, v⟩ by each input of g.
 *
 * @param v shaped like g
 * @param around called with the synchronous part, to watch the kernels that run
 * @returns values shaped like the inputs of g, in the order of `passTensors` and in NHWC (filter: HWIO) order
 */
export async function runSecondOrder(
  problem: Problem,
  inputs: Inputs,
  pass: Exclude<Pass, 'forward'>,
  v: Float32Array,
  around: <T>(fn: () => T) => T,
  provenance?: Provenance,
): Promise<Float32Array[]> {
  const shapes = tensorShapes(problem);
  const tensors = await tensorsFrom(problem, inputs, provenance);
  const byFilter = pass === 'backpropFilter';
  const weights = byFilter ? tf.tensor4d(v, shapes.filter) : imageTensor(problem, v, shapes.x);
  const names = passTensors[pass].inputs as readonly (keyof Inputs)[];
  const g = (a: Tensor4D, b: Tensor4D) =>
    byFilter
      ? tf.grad((filter) => convolve(problem, a, filter as Tensor4D))(tensors.filter, b)
      : tf.grad((x) => convolve(problem, x as Tensor4D, b))(tensors.x, a);
  const weighted = (...[a, b]: Tensor[]) => tf.sum(tf.mul(g(a as Tensor4D, b as Tensor4D), weights));
  let results: Tensor[] = [];
  try {
    results = around(() => tf.grads(weighted)(names.map((name) => tensors[name])));
    return await Promise.all(
      results.map(async (result, i) => {
        const values = (await result.data()) as Float32Array;
        return inNHWC(problem, names[i] === 'filter', values, result.shape).values;
      }),
    );
  } finally {
    tf.dispose([...Object.values(tensors), weights, ...results]);
  }
}
