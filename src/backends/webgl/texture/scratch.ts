import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {WebGLBackend} from '../device/tfjsBackend.js';

/** Records an intermediate tensor, and returns it. */
export type TrackScratch = (tensor: TensorInfo) => TensorInfo;

/** Runs `fn`. Afterwards, even if it throws, gives the recorded tensors back to the backend. */
export function withScratch<T>(backend: WebGLBackend, fn: (track: TrackScratch) => T): T {
  const held: TensorInfo[] = [];
  try {
    return fn((tensor) => {
      held.push(tensor);
      return tensor;
    });
  } finally {
    for (const tensor of held) backend.disposeIntermediateTensorInfo(tensor);
  }
}
