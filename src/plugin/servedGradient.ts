import type {GradConfig} from '@tensorflow/tfjs-core';
import {markOurs} from './kernels.js';

/**
 * A gradient that is convgrad's where convgrad serves the active backend, and the replaced one elsewhere. tfjs keeps one gradient
 * for all backends, and the kernels of other backends must only get attributes that they accept.
 *
 * tfjs reads these fields after the forward kernel has run, so the saved tensors always belong to the function that receives
 * them.
 *
 * @param isServed whether convgrad serves the active backend
 * @param original the gradient that convgrad replaced; if there is none, convgrad's gradient serves everywhere
 */
export function servedGradient(
  ours: GradConfig,
  isServed: () => boolean,
  original: () => GradConfig | undefined,
): GradConfig {
  const current = () => (isServed() ? ours : (original() ?? ours));
  return {
    kernelName: ours.kernelName,
    get inputsToSave() {
      return current().inputsToSave;
    },
    get outputsToSave() {
      return current().outputsToSave;
    },
    get saveAllInputs() {
      return current().saveAllInputs;
    },
    get gradFunc() {
      const {gradFunc} = current();
      return gradFunc === ours.gradFunc ? gradFunc : markOurs<GradConfig['gradFunc']>((...args) => gradFunc(...args));
    },
  };
}
