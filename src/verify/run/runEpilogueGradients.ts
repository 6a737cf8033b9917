import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type {Provenance} from '../provenance/provenance.js';
import type {Actual} from '../reference/compare.js';
import type {AllInputs, EpilogueInputs} from '../reference/convolution.js';
import type {FusedProblem} from '../reference/fusedReference.js';
import {convolveFused, epilogueInputTensors} from './convolveFused.js';
import {tensorsFrom} from './runPass.js';

/**
 * Computes the gradients of a fused convolution by its bias and by prelu's slopes, on tfjs's tape.
 *
 * @param around called with the synchronous part, to watch the kernels that run
 * @returns values and shapes of the gradients by those inputs that the epilogue has
 */
export async function runEpilogueGradients(
  problem: FusedProblem,
  inputs: AllInputs,
  around: <T>(fn: () => T) => T,
  provenance?: Provenance,
): Promise<Partial<Record<keyof EpilogueInputs, Actual>>> {
  const {x, filter, dy} = await tensorsFrom(problem, inputs, provenance);
  const epilogueInputs = epilogueInputTensors(problem, inputs);
  const names = Object.keys(epilogueInputs) as (keyof EpilogueInputs)[];
  const of = (...tensors: Tensor[]) => {
    const named = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
    return convolveFused(problem, x, filter, named, true) as Tensor;
  };
  let results: Tensor[] = [];
  try {
    results = around(() =>
      tf.grads(of)(
        names.map((name) => epilogueInputs[name] as Tensor),
        dy as Tensor4D,
      ),
    );
    const values = await Promise.all(results.map((result) => result.data()));
    return Object.fromEntries(
      names.map((name, i): [string, Actual] => [name, {values: values[i] as Float32Array, shape: results[i].shape}]),
    );
  } finally {
    tf.dispose([x, filter, dy, ...Object.values(epilogueInputs), ...results]);
  }
}
