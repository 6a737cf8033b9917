import type {GradConfig} from '@tensorflow/tfjs';
import {markOurs} from './kernels.js';

/**
 * A gradient that is convgrad's where convgrad serves, and elsewhere the one that it replaced: tfjs keeps one gradient for all backends, and
 * hands the kernels of other backends only what it knows they take.
 *
 * tfjs reads these fields when the forward kernel has run, so what is saved always belongs to the function that gets it.
 *
 * @param isServed whether convgrad serves the active backend
 * @param original what convgrad replaced; where that is nothing, convgrad's gradient is better than none
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
