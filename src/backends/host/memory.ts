import type {TensorInfo} from '@tensorflow/tfjs';
import {vouch} from '../../engine/vouched.js';
import {ConvgradError} from '../../geometry/error.js';
import {type ArrayStore, OutputPool} from './outputPool.js';

/** Computes an output from inputs, all of them where the backend keeps them. */
export type Computation = (inputs: readonly Float32Array[], output: Float32Array) => void;

/**
 * Runs a computation on a backend's float32 tensors, without copies where the backend's memory can be reached.
 * @returns a new tensor of that shape; the arrays that the computation got are not to be kept
 */
export function compute(backend: object, inputs: readonly TensorInfo[], shape: number[], run: Computation): TensorInfo {
  return 'typedArrayFromHeap' in backend
    ? computeInHeap(backend as WasmBackend, inputs, shape, run)
    : computeInArrays(backend as ArrayBackend, inputs, shape, run);
}

/** tfjs's `cpu` backend: a tensor is a typed array, and reading it copies nothing. */
interface ArrayBackend extends ArrayStore {
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

function computeInArrays(
  backend: ArrayBackend,
  inputs: readonly TensorInfo[],
  shape: number[],
  run: Computation,
): TensorInfo {
  const pool = poolOf(backend);
  const output = pool?.take(lengthOf(shape)) ?? new Float32Array(lengthOf(shape));
  run(
    inputs.map(({dataId}) => (pool ?? backend).readSync(dataId)),
    output,
  );
  const tensor = backend.makeTensorInfo(shape, 'float32', output);
  pool?.give(tensor.dataId, output);
  return tensor;
}

/** By backend, while arrays are used again. */
let pools: Map<ArrayBackend, OutputPool> | undefined;

/** Whether arrays of outputs are used again: that takes methods of the backends, which are theirs again afterwards. */
export function reuseOutputs(reuse: boolean): void {
  if (reuse) {
    pools ??= new Map();
    return;
  }
  for (const pool of pools?.values() ?? []) pool.close();
  pools = undefined;
}

function poolOf(backend: ArrayBackend): OutputPool | undefined {
  const pool = pools?.get(backend) ?? (pools && new OutputPool(backend));
  if (pool) pools?.set(backend, pool);
  return pool;
}

/** tfjs's `wasm` backend: tensors lie in the heap of its module, which is seen from here but moves when it grows. */
export interface WasmBackend {
  dataIdMap: {
    /**
     * Where a tensor lies. A tensor of another backend is brought into the heap first. Whoever comes into the heap gets a new entry, so an entry stands
     * for one stay there, during which the values do not change; the data id stands for all stays.
     */
    get(dataId: object): {memoryOffset: number};
  };
  makeOutput(shape: number[], dtype: 'float32'): TensorInfo;
  /** A view, valid until the next allocation. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
  disposeData(dataId: object): void;
}

function computeInHeap(
  backend: WasmBackend,
  inputs: readonly TensorInfo[],
  shape: number[],
  run: Computation,
): TensorInfo {
  // All that may allocate comes before the first view.
  const stays = inputs.map(({dataId}) => backend.dataIdMap.get(dataId));
  const output = makeHeapOutput(backend, shape);
  try {
    run(
      inputs.map((input, i) => {
        const view = backend.typedArrayFromHeap(input);
        vouch(view, stays[i]);
        return view;
      }),
      backend.typedArrayFromHeap(output),
    );
  } catch (error) {
    backend.disposeData(output.dataId);
    throw error;
  }
  return output;
}

/** The address space of WebAssembly, in bytes. */
const addressSpace = 2 ** 32;

/** tfjs does not look whether its allocation succeeded, and would write to address 0. */
function makeHeapOutput(backend: WasmBackend, shape: number[]): TensorInfo {
  const bytes = 4 * lengthOf(shape);
  const output = bytes < addressSpace ? backend.makeOutput(shape, 'float32') : undefined;
  if (output && backend.dataIdMap.get(output.dataId).memoryOffset !== 0) return output;
  if (output) backend.disposeData(output.dataId);
  throw new ConvgradError(
    'conv2d',
    `the wasm backend has no room for [${shape}], ${bytes} bytes; dispose of tensors or use a smaller batch.`,
  );
}

function lengthOf(shape: number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
