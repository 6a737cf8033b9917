import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {Backend} from '../backend.js';

/** The parts of tfjs's wasm backend that this file uses. */
interface WasmTensors {
  dataIdMap: {get(dataId: object): {dtype: 'float32' | 'int32' | 'bool'}};
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array;
}

/**
 * If cpu casts a tensor from int32 or bool and it then moves to wasm, its values lie in the heap as integers. The dtype of its entry shows
 * that. The cpu backend itself keeps typed arrays, whose elements always read as the right numbers.
 */
export const floats: NonNullable<Backend['floats']> = {
  areHeld: (backend, {dataId}) => {
    const {dataIdMap} = backend as Partial<WasmTensors>;
    return !dataIdMap || dataIdMap.get(dataId).dtype === 'float32';
  },
  copy(backend, tensor) {
    const wasm = backend as WasmTensors;
    const {dtype} = wasm.dataIdMap.get(tensor.dataId);
    const made = wasm.makeOutput([...tensor.shape], 'float32');
    wasm.typedArrayFromHeap(made).set(wasm.typedArrayFromHeap({...tensor, dtype}));
    return made;
  },
  areLostInClones: true,
};
