import type {TensorInfo} from '@tensorflow/tfjs-core';
import {ConvgradError} from '../geometry/error.js';
import type {Tf} from './tfjs.js';

/** The backend that a kernel call runs on: its object, and the name under which its other kernels are registered. */
export interface BackendContext {
  tf: Tf;
  backendName: string;
  backend: object;
}

interface BackendMemory {
  write(values: Float32Array, shape: number[], dtype: 'float32'): object;
  disposeIntermediateTensorInfo?(tensor: TensorInfo): void;
  disposeData(dataId: object): void;
}

/** Runs another kernel of the same backend, outside the tape and the engine's accounts. The caller owns the result. */
export function runBackendKernel(
  context: BackendContext,
  kernelName: string,
  inputs: Record<string, TensorInfo>,
  attrs: object = {},
): TensorInfo {
  const kernel = context.tf.getKernel(kernelName, context.backendName);
  if (!kernel)
    throw new ConvgradError(
      kernelName,
      `backend '${context.backendName}' has no such kernel; import the whole backend package.`,
    );
  return kernel.kernelFunc({inputs, attrs: attrs as never, backend: context.backend}) as TensorInfo;
}

/** Frees a tensor that `runBackendKernel` or an implementation made. */
export function release(context: BackendContext, tensor: TensorInfo): void {
  const memory = context.backend as BackendMemory;
  if (memory.disposeIntermediateTensorInfo) memory.disposeIntermediateTensorInfo(tensor);
  else memory.disposeData(tensor.dataId);
}

/** Applies an operation to a tensor that we own, then releases the tensor: result = run(tensor). */
export function applyAndRelease(
  context: BackendContext,
  tensor: TensorInfo,
  run: (tensor: TensorInfo) => TensorInfo,
): TensorInfo {
  try {
    return run(tensor);
  } finally {
    release(context, tensor);
  }
}

/** Makes a new float32 tensor of zeros. */
export function makeZeros(context: BackendContext, shape: number[]): TensorInfo {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const dataId = (context.backend as BackendMemory).write(new Float32Array(size), shape, 'float32');
  return {dataId, shape, dtype: 'float32'};
}
