import type {Epilogue} from '../../engine/engine.js';
import type {TensorEpilogue} from '../implementation.js';

/** The epilogue with the arrays of its tensors, given in the order of `epilogueInputs`. */
export function toEngineEpilogue(
  {activation, bias, leakyreluAlpha: alpha}: TensorEpilogue,
  arrays: readonly Float32Array[],
): Epilogue {
  const [first, second] = arrays;
  return {activation, alpha, ...(bias ? {bias: first, slopes: second} : {slopes: first})};
}
