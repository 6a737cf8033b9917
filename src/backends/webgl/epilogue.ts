import type {TensorInfo} from '@tensorflow/tfjs-core';
import {fusedForm} from '../../geometry/activations.js';
import {epilogueInputs} from '../epilogue.js';
import type {TensorEpilogue} from '../implementation.js';

/**
 * GLSL that applies bias and activation to `value`, two channels of two pixels. The shader has the channels from `at.w` on, and a uniform
 * `alpha`.
 */
export function epilogueText({activation = 'linear', bias}: Partial<TensorEpilogue> = {}): string {
  const after = String(fusedForm(activation, 'glsl')).replace(/\bslopes\b/, 'getSlopes(at.w).xyxy');
  return `${bias ? 'value += getBias(at.w).xyxy;' : ''} value = ${after};`;
}

/** The tensors of an epilogue as vectors along the channels, which the shaders read. */
export function epilogueVectors(epilogue?: Partial<TensorEpilogue>): [name: string, tensor: TensorInfo][] {
  return epilogueInputs(epilogue).map(([name, tensor]) => [
    name,
    {...tensor, shape: [tensor.shape[tensor.shape.length - 1]]},
  ]);
}
