import {backend, env} from '@tensorflow/tfjs-core';
import type {WasmBackend} from '../host/heap.js';
import {describeEngine} from '../host/host.js';
import type {TestEquipment} from '../testEquipment.js';
import {countBlocks, fillHeap, isHeapSmall, withPoisonedHeap} from './hostileHeap.js';

/** Whether a flag is true. tfjs finds these out asynchronously; they are known once the backend is ready. */
const has = (flag: string) => (env().get(flag) as unknown) === true;

export const equipment: TestEquipment = {
  describe: () => ({
    ...describeEngine(),
    simd: has('WASM_HAS_SIMD_SUPPORT'),
    threads: has('WASM_HAS_MULTITHREAD_SUPPORT'),
  }),
  poisonResults: (fn) => withPoisonedHeap(backend() as unknown as WasmBackend, fn),
  poisonsBehind: true,
  fillMemory: (instance) => fillHeap(instance as WasmBackend),
  mayFillMemory: (instance) => isHeapSmall(instance as WasmBackend),
  countBlocks: (instance) => countBlocks(instance as WasmBackend),
};
