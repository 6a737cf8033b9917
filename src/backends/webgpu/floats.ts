import type {TensorInfo} from '@tensorflow/tfjs-core';
import {runSteps, type Shader, type WebGPUBackend} from './step.js';

/** result[k] = f32(source[k]). tfjs declares the type of the source by what its buffer holds. */
const asFloats: Shader = {
  name: 'integers as floats',
  code: `
  fn main(index: i32) {
    if (index < uniforms.threads) {
      result[index] = f32(source[index]);
    }
  }
`,
  inputs: ['source'],
};

/**
 * Whether the buffer of a float32 tensor holds floats. tfjs casts int32 and bool to float32 by passing on the same buffer under another
 * dtype, so only the backend's own entry tells.
 */
export function holdsFloats(backend: object, {dataId}: TensorInfo): boolean {
  return (backend as WebGPUBackend).tensorMap.get(dataId).dtype === 'float32';
}

/** Copies such a tensor into a buffer of floats. The caller owns the copy. */
export function toFloats(backend: object, tensor: TensorInfo): TensorInfo {
  const size = tensor.shape.reduce((product, side) => product * side, 1);
  const step = {shader: asFloats, reads: [tensor], size, threads: size, uniforms: {}};
  return runSteps(backend as WebGPUBackend, [step], tensor.shape);
}
