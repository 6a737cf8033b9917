import type {TensorInfo} from '@tensorflow/tfjs-core';
import {markImmutable} from '../../engine/immutableIdentity.js';
import {isWasmBackend, moveToHeap, unguardHeaps, type WasmBackend} from './heap.js';
import {type ArrayStore, OutputPool} from './outputPool.js';

/** Computes an output from inputs. All arrays lie where the backend keeps them. */
export type Computation = (inputs: readonly Float32Array[], output: Float32Array) => void;

/**
 * Runs a computation on a backend's float32 tensors, without copies where JavaScript can reach the backend's memory.
 * @returns a new tensor of that shape; the computation must not keep the arrays that it gets
 */
export function compute(backend: object, inputs: readonly TensorInfo[], shape: number[], run: Computation): TensorInfo {
  return isWasmBackend(backend)
    ? computeInHeap(backend, inputs, shape, run)
    : computeInArrays(backend as ArrayBackend, inputs, shape, run);
}

/** tfjs's `cpu` backend. A tensor is a typed array, and reading it copies nothing. */
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

/** The pool of each backend, while output arrays are reused; else undefined. */
let pools: Map<ArrayBackend, OutputPool> | undefined;

/**
 * Turns the reuse of output arrays on or off. Reuse replaces methods of the backends. Turning it off restores them, and also the methods
 * that guard heaps from being overfilled.
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
  // Everything that may allocate comes before the first view, since an allocation may move the heap.
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
