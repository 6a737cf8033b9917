import type {Tensor, TensorInfo} from '@tensorflow/tfjs';
import {type Place, release} from './backendOps.js';
import {floatsOf} from './select.js';
import type {Tf} from './tfjs.js';

/**
 * Runs fn on tensors whose memory holds floats: the float32 tensors themselves, or copies that are released afterwards. On webgpu tfjs casts int32 and
 * bool to float32 without a change in memory. What reads memory takes integers for floats then: our kernels, and some of tfjs's, such as its Transpose.
 */
export function onFloats<T extends readonly (TensorInfo | null | undefined)[], R>(
  place: Place,
  tensors: T,
  fn: (floats: T) => R,
): R {
  const floats = floatsOf(place.backendName);
  if (!floats) return fn(tensors);
  const copies = new Map<object, TensorInfo>();
  try {
    const held = tensors.map((tensor) => {
      if (!tensor || floats.areHeld(place.backend, tensor)) return tensor;
      const copy = copies.get(tensor.dataId) ?? floats.copy(place.backend, tensor);
      copies.set(tensor.dataId, copy);
      return {...copy, shape: tensor.shape};
    });
    return fn(held as unknown as T);
  } finally {
    for (const copy of copies.values()) release(place, copy);
  }
}

/** The same for tfjs's operations, on the tape: the tensor, or a copy in floats whose gradient is its own. */
export function inFloats(tf: Tf, tensor: Tensor): Tensor {
  const engine = tf.engine();
  const {backend, backendName} = engine;
  const floats = floatsOf(backendName);
  if (!floats || floats.areHeld(backend, tensor)) return tensor;
  const copied = tf.customGrad((x) => ({
    value: engine.makeTensorFromTensorInfo(floats.copy(backend, x as Tensor), backend),
    gradFunc: (dy: Tensor) => dy,
  }));
  return copied(tensor);
}
