import {stagingBytes} from './packing.js';
import {controlBytes, scratchAddress} from './threads/control.js';
import {type Pool, startPool} from './threads/pool.js';
import {compile, instantiate, type Kernels, maxPages, type WasmVariant} from './wasmModule.js';

const pageBytes = 65_536;
/** The staging memory begins here. The control words of the threads and their scratch memory lie below. */
export const stagingAddress = controlBytes;
export const heapBase = stagingAddress + stagingBytes;

/** A memory and the kernels that compute on it. */
export interface WasmInstance {
  memory: WebAssembly.Memory;
  kernels: Kernels;
  pool?: Pool;
}

/** Opens a new memory. With `threading`, it is shared and workers start on it. */
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

/** Grows a memory to at least so many bytes. @returns whether it has that many */
export function growTo(memory: WebAssembly.Memory, bytes: number): boolean {
  const missing = Math.ceil(bytes / pageBytes) - memory.buffer.byteLength / pageBytes;
  try {
    if (missing > 0) memory.grow(missing);
    return true;
  } catch {
    return false;
  }
}

/** Whether an array equals the copy of it at an address in the memory, bit by bit. */
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
