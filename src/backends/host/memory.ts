import type {TensorInfo} from '@tensorflow/tfjs';
import {markImmutable} from '../../engine/immutableIdentity.js';
import {isWasmBackend, moveToHeap, unguardHeaps, type WasmBackend} from './heap.js';
import {type ArrayStore, OutputPool} from './outputPool.js';

/** Computes an output from inputs, all of them where the backend keeps them. */
export type Computation = (inputs: readonly Float32Array[], output: Float32Array) => void;

/**
 * Runs a computation on a backend's float32 tensors, without copies where the backend's memory can be reached.
 * @returns a new tensor of that shape; the arrays that the computation got are not to be kept
 */
export function compute(backend: object, inputs: readonly TensorInfo[], shape: number[], run: Computation): TensorInfo {
  return isWasmBackend(backend)
    ? computeInHeap(backend, inputs, shape, run)
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

/**
 * Whether arrays of outputs are used again: that takes methods of the backends, which are theirs again afterwards, as are those that guard heaps from being
 * overfilled.
 */
export function reuseOutputs(reuse: boolean): void {
  if (reuse) {
    pools ??= new Map();
    return;
  }
  unguardHeaps();
  for (const pool of pools?.values() ?? []) pool.close();
  pools = undefined;
}

function poolOf(backend: ArrayBackend): OutputPool | undefined {
  const pool = pools?.get(backend) ?? (pools && new OutputPool(backend));
  if (pool) pools?.set(backend, pool);
  return pool;
}

function computeInHeap(
  backend: WasmBackend,
  inputs: readonly TensorInfo[],
  shape: number[],
  run: Computation,
): TensorInfo {
  // All that may allocate comes before the first view.
  const entries = moveToHeap(backend, inputs);
  const output = backend.makeOutput(shape, 'float32');
  try {
    run(
      inputs.map((input, i) => {
        const view = backend.typedArrayFromHeap(input);
        markImmutable(view, entries[i]);
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

function lengthOf(shape: number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
