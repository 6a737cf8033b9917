import type {TensorInfo} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import {activationNames} from '../../geometry/activations.js';
import {problemInfo} from '../../geometry/problem.js';
import {fusesActivation, fusesOn, fusingAlgorithms} from '../../plugin/select.js';
import {epilogueShapes, type FusedProblem} from '../reference/fusedReference.js';

const counterOf = (algorithm: string, activation: string) => `${algorithm} forward, ${activation} in its kernel`;

/** The counter that a fused convolution reaches in the algorithm's own kernel; undefined where other kernels compute the epilogue. */
export function fusedCounter(backend: string, algorithm: string, problem: FusedProblem): string | undefined {
  const {activation, leakyreluAlpha = 0} = problem.epilogue;
  const {bias, slopes} = epilogueShapes(problem);
  const tensor = (shape: number[] | undefined): TensorInfo | undefined =>
    shape && {dataId: {}, shape, dtype: 'float32'};
  // A result that is transposed back to NCHW gets its epilogue after the transposition, from other kernels.
  if (problem.dataFormat === 'NCHW' || (activation === 'linear' && !bias)) return undefined;
  const fusion = {activation, leakyreluAlpha, bias: tensor(bias), preluActivationWeights: tensor(slopes)};
  return fusesOn(backend, algorithm, problemInfo(problem), fusion, tf.backend())
    ? counterOf(algorithm, activation)
    : undefined;
}

/** All such counters of a backend: those of the activations that its kernels apply themselves. */
export function fusedCounters(backend: string): string[] {
  const own = activationNames().filter((activation) => fusesActivation(backend, activation) === true);
  return fusingAlgorithms(backend).flatMap((algorithm) => own.map((activation) => counterOf(algorithm, activation)));
}
