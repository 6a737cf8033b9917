import {stagingBytes} from './packing.js';
import {controlBytes, scratchAddress} from './threads/control.js';
import {type Pool, startPool} from './threads/pool.js';
import {compile, instantiate, type Kernels, maxPages, type WasmVariant} from './wasmModule.js';

const pageBytes = 65_536;
/** The words by which threads agree and their scratch memory lie below; then what is on its way into panels. */
export const stagingAddress = controlBytes;
export const heapBase = stagingAddress + stagingBytes;

/** A memory and what computes on it. */
export interface WasmInstance {
  memory: WebAssembly.Memory;
  kernels: Kernels;
  pool?: Pool;
}

/** A new memory, with workers on it where there are to be any. */
export function openInstance(variant: WasmVariant, threading?: {workers: number; timeout: number}): WasmInstance {
  const memory = new WebAssembly.Memory({
    initial: Math.ceil(heapBase / pageBytes),
    maximum: maxPages,
    shared: threading !== undefined,
  });
  const module = compile(variant, threading !== undefined);
  const kernels = instantiate(module, memory);
  kernels.setScratch(scratchAddress);
  if (!threading) return {memory, kernels};
  return {memory, kernels, pool: startPool(module, memory, kernels, threading.workers, threading.timeout)};
}

/** Lets a memory have so many bytes. @returns whether there are so many */
export function growTo(memory: WebAssembly.Memory, bytes: number): boolean {
  const missing = Math.ceil(bytes / pageBytes) - memory.buffer.byteLength / pageBytes;
  try {
    if (missing > 0) memory.grow(missing);
    return true;
  } catch {
    return false;
  }
}

/** Whether an array holds the same as a copy of it in the memory, bit by bit. */
export function isCopy({memory, kernels}: WasmInstance, array: Float32Array, place: number): boolean {
  const floats = stagingBytes / 4;
  const stage = new Float32Array(memory.buffer, stagingAddress, floats);
  for (let at = 0; at < array.length; at += floats) {
    const part = array.subarray(at, at + floats);
    stage.set(part);
    if (!kernels.same(stagingAddress, place + 4 * at, part.byteLength)) return false;
  }
  return true;
}
