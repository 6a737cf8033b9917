import type {TensorInfo} from '@tensorflow/tfjs';
import type {WebGLBackend} from '../device/tfjsBackend.js';

/** Takes note of an intermediate tensor, and returns it. */
export type TrackScratch = (tensor: TensorInfo) => TensorInfo;

/** Runs fn, and afterwards, whatever came of it, gives back to the backend the tensors that it held. */
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
