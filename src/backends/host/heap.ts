import type {DataType, TensorInfo} from '@tensorflow/tfjs-core';
import {ConvgradError} from '../../geometry/error.js';
import {override} from './override.js';

/** tfjs's `wasm` backend. Tensors lie in the heap of its module. JavaScript can view that heap, but the heap moves when it grows. */
export interface WasmBackend {
  wasm: {
    HEAPU8: {length: number};
    /** The memory of the heap: in builds with threads, and in those without. */
    wasmMemory?: WebAssembly.Memory;
    asm?: {memory?: WebAssembly.Memory};
    HEAPU32: Uint32Array;
    /** @returns 0 if there is no room; tfjs takes that 0 for the address of a tensor */
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  dataIdMap: {
    has(dataId: object): boolean;
    /**
     * Where a tensor lies. A tensor of another backend first moves into the heap. Each move into the heap makes a new entry. So an entry
     * stands for one stay in the heap, during which the values do not change, while the data id stands for all entries.
     */
    get(dataId: object): HeapEntry;
    /** tfjs's engine, which knows the tensors of all backends. */
    dataMover?: {state?: {tensorInfo?: {get(dataId: object): {shape: number[]; dtype: DataType} | undefined}}};
  };
  /** Allocates a tensor, and writes its values if it has any. */
  move(dataId: object, values: unknown, shape: number[], dtype: DataType, refCount: number): void;
  makeOutput(shape: number[], dtype: 'float32', ...more: unknown[]): TensorInfo;
  /** A view, valid until the next allocation. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** A tensor's entry in the heap. */
export interface HeapEntry {
  memoryOffset: number;
  shape: number[];
  dtype: DataType;
}

/** The size of WebAssembly's address space, in bytes. */
const addressSpace = 2 ** 32;
/** Upper bound of the bytes that tfjs's module allocates for its own records of one tensor. */
const tensorOverhead = 1 << 16;
/** Upper bound of the bytes that a heap takes beside its tensors, including the gaps between them. */
const heapOverhead = 1 << 20;

/** What convgrad tracks about a backend's heap. */
interface HeapGuard {
  /** Bytes of the tensors allocated since the guard was installed. */
  bytes: number;
  /** Why the backend must not compute any more; undefined while its heap is intact. */
  broken?: string;
  /**
   * True while one of tfjs's kernels runs. Tensors that it allocates are then marked as unwritten; `made` is the data id of the last one.
   */
  isMarking: boolean;
  made?: object | undefined;
  undo: () => void;
}

const guards = new Map<WasmBackend, HeapGuard>();

/**
 * Makes a backend refuse tensors that do not fit into its heap. tfjs itself does not check: it writes such a tensor from address 0 on, over
 * the data of its module, and everything computed afterwards may be wrong.
 */
function guardHeap(backend: WasmBackend): HeapGuard {
  const known = guards.get(backend);
  if (known) return known;
  const {move, disposeData, dataIdMap} = backend;
  const {get} = dataIdMap;
  const guarded: WasmBackend['move'] = (dataId, values, shape, dtype, refCount) => {
    if (dtype !== 'string') {
      const bytes = bytesOf(shape, dtype);
      assertRoom(backend, guard, shape, bytes);
      guard.bytes += bytes;
    }
    move.call(backend, dataId, values, shape, dtype, refCount);
    if (!guard.isMarking || values) return;
    guard.made = dataId;
    mark(backend, dataId);
  };
  const disposing: WasmBackend['disposeData'] = (dataId, force) => {
    const entry = dataIdMap.has(dataId) ? get.call(dataIdMap, dataId) : undefined;
    const gone = disposeData.call(backend, dataId, force);
    if (entry && !dataIdMap.has(dataId) && entry.dtype !== 'string')
      guard.bytes = Math.max(0, guard.bytes - bytesOf(entry.shape, entry.dtype));
    return gone;
  };
  /** Checks for room first, because tfjs's own `get` takes the tensor from its old backend before it allocates. */
  const finding: typeof get = (dataId) => {
    const info = dataIdMap.has(dataId) ? undefined : dataIdMap.dataMover?.state?.tensorInfo?.get(dataId);
    if (info && info.dtype !== 'string') assertRoom(backend, guard, info.shape, bytesOf(info.shape, info.dtype));
    return get.call(dataIdMap, dataId);
  };
  const undo = [
    override(backend, 'move', guarded),
    override(backend, 'disposeData', disposing),
    override(dataIdMap, 'get', finding),
  ];
  const guard: HeapGuard = {bytes: 0, isMarking: false, undo: () => undo.forEach((each) => void each())};
  guards.set(backend, guard);
  return guard;
}

function bytesOf(shape: readonly number[], dtype: DataType): number {
  let bytes = dtype === 'bool' ? 1 : 4;
  for (const size of shape) bytes *= size;
  return bytes;
}

/**
 * Whether it is safe to ask the module's allocator for that many bytes. The allocator does not check for the end of the address space. It
 * also takes 2³¹ bytes or more for a negative number, and then moves the end of the heap back into live tensors.
 */
function canAllocate(bytes: number, heapBytes: number, tensorBytes: number): boolean {
  return (
    heapBytes + bytes < addressSpace || (bytes < addressSpace / 2 && tensorBytes + bytes + heapOverhead < addressSpace)
  );
}

/** @throws ConvgradError unless the heap has room for a tensor of that shape and that many bytes */
function assertRoom({wasm}: WasmBackend, guard: HeapGuard, shape: readonly number[], bytes: number): void {
  assertIntact(guard);
  const wanted = bytes + tensorOverhead;
  const address = canAllocate(wanted, wasm.HEAPU8.length, guard.bytes) ? wasm._malloc(wanted) >>> 0 : 0;
  // Memory that ends past the heap is unusable, and freeing it would do damage.
  if (address !== 0 && address + wanted > wasm.HEAPU8.length) {
    guard.broken = 'its allocator gave out memory past the end of its heap';
    assertIntact(guard);
  }
  if (address === 0) {
    throw new ConvgradError(
      'wasm backend',
      `the wasm backend has no room for [${shape}], ${bytes} bytes; dispose of tensors or use a smaller batch.`,
    );
  }
  wasm._free(address);
}

function assertIntact({broken}: HeapGuard): void {
  if (broken === undefined) return;
  throw new ConvgradError(
    'wasm backend',
    `the wasm backend ran out of memory and computes nothing more, since ${broken}; read what you need, and start anew with less at a time.`,
  );
}

/** Guards the memory of any backend. Only the wasm backend needs a guard, so others are left alone. */
export function guardMemory(backend: object): void {
  if (isWasmBackend(backend)) guardHeap(backend);
}

export function isWasmBackend(backend: object): backend is WasmBackend {
  return 'typedArrayFromHeap' in backend;
}

/** Removes all guards, so that every backend has its own methods again. */
export function unguardHeaps(): void {
  for (const {undo} of guards.values()) undo();
  guards.clear();
}

/**
 * Moves tensors of other backends into the heap of a backend, which is guarded from then on.
 * @returns the heap entry of each input
 * @throws ConvgradError if there is no room; the tensors then stay where they are
 */
export function moveToHeap(backend: WasmBackend, inputs: readonly TensorInfo[]): HeapEntry[] {
  assertIntact(guardHeap(backend));
  return inputs.map((input) => stayOf(backend, input));
}

function stayOf({dataIdMap}: WasmBackend, {dataId, shape}: TensorInfo): HeapEntry {
  const entry = dataIdMap.get(dataId);
  if (entry.memoryOffset !== 0) return entry;
  throw new ConvgradError(
    'wasm backend',
    `an input of shape [${shape}] holds nothing, since the wasm backend had no room for it when it was made; dispose of tensors and make it anew.`,
  );
}

/** Written to the first and the last element of a newly allocated result: a NaN that no arithmetic produces. */
const unwrittenMark = 0x7fe5_a3c1;

/**
 * Runs one of tfjs's own kernels. If it finds no memory for what it needs beside the result, it only prints a line to the console.
 * @param inputs by the names that the kernel gives them
 * @param run the kernel, as a function of the backend
 * @throws ConvgradError if the kernel did not write its result; that result is then disposed of
 */
export function runBuiltin(
  backend: WasmBackend,
  inputs: Readonly<Record<string, TensorInfo | null | undefined>>,
  run: (backend: object) => TensorInfo,
): TensorInfo {
  const guard = guardHeap(backend);
  assertIntact(guard);
  for (const name in inputs) {
    const input = inputs[name];
    if (input) stayOf(backend, input);
  }
  const refuse = (shape: readonly number[]) => {
    if (guard.made) backend.disposeData(guard.made);
    throw new ConvgradError(
      'wasm backend',
      `the wasm backend has no room for what it takes to compute [${shape}], ${bytesOf(shape, 'float32')} bytes; dispose of tensors or use a smaller batch.`,
    );
  };
  guard.isMarking = true;
  guard.made = undefined;
  let result: TensorInfo;
  try {
    result = run(backend);
  } catch (error) {
    if ((error as Error).name === 'RuntimeError') {
      // The C++ code traps when it finds no memory, and leaves its heap in an unknown state.
      guard.broken = `one of its kernels ended with "${(error as Error).message}"`;
      return refuse(guard.made ? backend.dataIdMap.get(guard.made).shape : []);
    }
    if (guard.made) backend.disposeData(guard.made);
    throw error;
  } finally {
    guard.isMarking = false;
  }
  return guard.made === result.dataId && isMarked(backend, result.dataId) ? refuse(result.shape) : result;
}

/** Marks the first and the last element of a tensor that holds no values yet. */
function mark(backend: WasmBackend, dataId: object): void {
  const {memoryOffset, shape} = backend.dataIdMap.get(dataId);
  const {HEAPU32} = backend.wasm;
  HEAPU32[memoryOffset / 4] = unwrittenMark;
  HEAPU32[memoryOffset / 4 + bytesOf(shape, 'float32') / 4 - 1] = unwrittenMark;
}

function isMarked(backend: WasmBackend, dataId: object): boolean {
  const {memoryOffset, shape} = backend.dataIdMap.get(dataId);
  const {HEAPU32} = backend.wasm;
  if (HEAPU32[memoryOffset / 4] !== unwrittenMark) return false;
  return HEAPU32[memoryOffset / 4 + bytesOf(shape, 'float32') / 4 - 1] === unwrittenMark;
}
