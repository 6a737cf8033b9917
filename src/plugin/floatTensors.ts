import type {KernelBackend, Tensor, TensorInfo} from '@tensorflow/tfjs-core';
import {type BackendContext, release, runBackendKernel} from './backendOps.js';
import {floatsOf} from './select.js';
import type {Tf} from './tfjs.js';

/**
 * Runs fn on float32 tensors whose memory holds floats: the given tensors, or copies of int32 and bool ones, which are released
 * afterwards.
 *
 * On webgpu tfjs casts int32 and bool to float32 without changing memory. On wasm the same holds for tensors that cpu cast before
 * they moved there. Kernels that read memory directly would then take integers for floats. Ours do so, and some of tfjs's, such
 * as its Transpose.
 */
export function withFloatTensors<T extends readonly (TensorInfo | null | undefined)[], R>(
  context: BackendContext,
  tensors: T,
  fn: (floats: T) => R,
): R {
  const floats = floatsOf(context.backendName);
  const areHeld = (tensor: TensorInfo) => !floats || floats.areHeld(context.backend, tensor);
  const isFloat = (tensor: TensorInfo) => tensor.dtype === 'float32' && areHeld(tensor);
  let areFloats = true;
  for (const tensor of tensors) areFloats &&= !tensor || isFloat(tensor);
  if (areFloats) return fn(tensors);
  if (floats?.areLostInClones)
    for (const tensor of tensors)
      if (tensor instanceof context.tf.Tensor && tensor.dtype === 'float32' && !areHeld(tensor))
        giveFloats(context, tensor);
  const copyOf = (tensor: TensorInfo) =>
    floats && !areHeld(tensor)
      ? floats.copy(context.backend, tensor)
      : runBackendKernel(context, 'Cast', {x: tensor}, {dtype: 'float32'});
  const copies = new Map<object, TensorInfo>();
  try {
    const held = tensors.map((tensor) => {
      if (!tensor || isFloat(tensor)) return tensor;
      const copy = copies.get(tensor.dataId) ?? copyOf(tensor);
      copies.set(tensor.dataId, copy);
      return {...copy, shape: tensor.shape};
    });
    return fn(held as unknown as T);
  } finally {
    for (const copy of copies.values()) release(context, copy);
  }
}

/**
 * Gives a tensor its own memory with its values as floats, as tfjs's Cast on that backend would have done. Tensors that shared
 * the old memory keep it. It happens before a kernel runs. Afterwards the
 * tape saves clones of the inputs, and a clone no longer shows that its memory holds integers.
 */
function giveFloats({tf, backend, backendName}: BackendContext, tensor: Tensor): void {
  const engine = tf.engine();
  const copy = engine.makeTensorFromTensorInfo(floatsOf(backendName)!.copy(backend, tensor), backend as KernelBackend);
  const [old, own]: {dataId: object}[] = [tensor, copy];
  [old.dataId, own.dataId] = [own.dataId, old.dataId];
  copy.dispose();
  // tfjs's tests count the data of each kernel; this adds the new data, so that it does not look like a leak.
  const moves = engine.state.numDataMovesStack;
  if (moves.length > 0) moves[moves.length - 1]++;
}

/**
 * Prepares a tensor for tfjs's operations, on the tape: returns the tensor, or a copy that holds floats and passes its gradient
 * on unchanged.
 */
export function toFloats(tf: Tf, tensor: Tensor): Tensor {
  const engine = tf.engine();
  const {backend, backendName} = engine;
  const floats = floatsOf(backendName);
  // An operation reports a disposed tensor better than this function could.
  if (!floats || tensor.isDisposed || floats.areHeld(backend, tensor)) return tensor;
  const copied = tf.customGrad((x) => ({
    value: engine.makeTensorFromTensorInfo(floats.copy(backend, x as Tensor), backend),
    gradFunc: (dy: Tensor) => dy,
  }));
  return copied(tensor);
}

/**
 * A tensor on the tape whose gradient always arrives in floats, whatever dy's memory holds. For use before operations of tfjs
 * that compute on dy.
 */
export function withFloatGradient(tf: Tf, tensor: Tensor): Tensor {
  if (!floatsOf(tf.engine().backendName)) return tensor;
  return tf.customGrad((x) => ({
    value: tf.clone(x as Tensor),
    gradFunc: (dy: Tensor) => toFloats(tf, dy),
  }))(tensor);
}
