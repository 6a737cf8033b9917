import type {TensorInfo} from '@tensorflow/tfjs';
import type {WebGLBackend} from './tfjsBackend.js';

/** Takes note of an intermediate tensor, and returns it. */
export type Hold = (tensor: TensorInfo) => TensorInfo;

/** Runs fn, and afterwards, whatever came of it, gives back to the backend the tensors that it held. */
export function holding<T>(backend: WebGLBackend, fn: (hold: Hold) => T): T {
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
