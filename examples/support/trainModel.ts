import type * as tf from '@tensorflow/tfjs';
import {type Certificate, certify} from './certificate.js';
import type {Learner, RealModel} from './models/index.js';
import {tapKernels} from './tapKernels.js';

/** What training a model on the active backend gave. */
export interface ModelRun {
  /** The loss at each step. */
  losses: number[];
  /** Every gradient of a convolution in the first step, held against float64. */
  certificates: Certificate[];
  /** Without the first step, where gradients are certified and code is still being compiled; NaN when there is no other. */
  millisecondsPerStep: number;
}

/**
 * Makes the model afresh and trains it on the active backend, with whatever kernels and gradients are registered.
 * @param afterStep called after each step with its number, from 1
 */
export async function trainModel(
  model: Pick<RealModel, 'make'>,
  steps: number,
  afterStep: (step: number, learner: Learner) => void | Promise<void> = () => {},
): Promise<ModelRun> {
  const learner = await model.make();
  const {variables, optimizer} = learner;
  const losses: number[] = [];
  const certificates: Certificate[] = [];
  const untap = tapKernels((call) => certificates.push(...certify(call)));
  let start = Number.NaN;
  try {
    for (let step = 1; step <= steps; step++) {
      const loss = optimizer.minimize(() => learner.loss(), true, variables) as tf.Scalar;
      losses.push((await loss.data())[0]); // on a GPU, the step has been taken only now
      loss.dispose();
      if (step === 1) untap();
      await afterStep(step, learner);
      if (step === 1) start = performance.now();
    }
    const millisecondsPerStep = (performance.now() - start) / (steps - 1);
    return {losses, certificates, millisecondsPerStep};
  } finally {
    untap();
    learner.dispose();
  }
}
