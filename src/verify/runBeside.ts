import type {Tensor, Tensor4D} from '@tensorflow/tfjs';
import {defaultTf as tf} from '../plugin/tfjs.js';
import type {Got} from './compare.js';
import {besideTensors, convolveFused} from './convolveFused.js';
import type {FusedProblem} from './fusedReference.js';
import type {Provenance} from './provenance/provenance.js';
import {tensorsFrom} from './runPass.js';
import type {AllInputs, Beside} from './sums.js';

/**
 * The gradients of a fused convolution by its bias and by prelu's slopes, from tfjs's tape.
 *
 * @param around called with the synchronous part, to watch the kernels that run
 * @returns values and shapes of what the epilogue has
 */
export async function runBeside(
  problem: FusedProblem,
  inputs: AllInputs,
  around: <T>(fn: () => T) => T,
  provenance?: Provenance,
): Promise<Partial<Record<keyof Beside, Got>>> {
  const {x, filter, dy} = await tensorsFrom(problem, inputs, provenance);
  const beside = besideTensors(problem, inputs);
  const names = Object.keys(beside) as (keyof Beside)[];
  const of = (...tensors: Tensor[]) => {
    const named = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
    return convolveFused(problem, x, filter, named, true) as Tensor;
  };
  let results: Tensor[] = [];
  try {
    results = around(() =>
      tf.grads(of)(
        names.map((name) => beside[name] as Tensor),
        dy as Tensor4D,
      ),
    );
    const values = await Promise.all(results.map((result) => result.data()));
    return Object.fromEntries(
      names.map((name, i): [string, Got] => [name, {values: values[i] as Float32Array, shape: results[i].shape}]),
    );
  } finally {
    tf.dispose([x, filter, dy, ...Object.values(beside), ...results]);
  }
}
