import type {TensorInfo} from '@tensorflow/tfjs';
import type {BackendFamily} from '../implementation.js';

/** What is asked of tfjs's wasm backend. */
interface WasmTensors {
  dataIdMap: {get(dataId: object): {dtype: 'float32' | 'int32' | 'bool'}};
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array;
}

/**
 * In the heap of wasm a tensor that cpu cast from int32 or bool, and that was moved then, lies as integers. Its entry tells. What cpu itself keeps are typed
 * arrays, whose elements are read as the numbers they are.
 */
export const floats: NonNullable<BackendFamily['floats']> = {
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
