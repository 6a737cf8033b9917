import type {DataType, TensorInfo} from '@tensorflow/tfjs';
import {OutOfMemory} from '../../geometry/error.js';
import {override} from './override.js';

/** tfjs's `wasm` backend: tensors lie in the heap of its module, which is seen from here but moves when it grows. */
export interface WasmBackend {
  wasm: {
    HEAPU8: {length: number};
    HEAPU32: Uint32Array;
    /** @returns 0 where there is no room, which tfjs takes for the address of a tensor */
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  dataIdMap: {
    has(dataId: object): boolean;
    /**
     * Where a tensor lies. A tensor of another backend is brought into the heap first. Whoever comes into the heap gets a new entry, so an entry stands
     * for one stay there, during which the values do not change; the data id stands for all entries.
     */
    get(dataId: object): HeapEntry;
    /** tfjs's engine, which knows the tensors of all backends. */
    dataMover?: {state?: {tensorInfo?: {get(dataId: object): {shape: number[]; dtype: DataType} | undefined}}};
  };
  /** Makes room for a tensor, and writes its values there if it has any. */
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

/** The address space of WebAssembly, in bytes. */
const addressSpace = 2 ** 32;
/** What tfjs's module allocates beside a tensor to know of it, generously. */
const tensorOverhead = 1 << 16;
/** What the pieces of a heap take beside tensors, and what is lost between them, generously. */
const heapOverhead = 1 << 20;

/** What is known of a backend's heap. */
interface HeapGuard {
  /** Bytes of the tensors that came since the guard did. */
  bytes: number;
  /** Why nothing may be computed there any more; undefined where all is well. */
  broken?: string;
  /** Whether a kernel of tfjs's runs whose result is to be marked until it is written; it was made so. */
  isMarking: boolean;
  made?: object | undefined;
  undo: () => void;
}

const guards = new Map<WasmBackend, HeapGuard>();

/**
 * Has a backend refuse tensors that its heap has no room for. tfjs does not look, and writes them to address 0 and on: over what its module keeps there, so that
 * whatever is computed afterwards may be wrong.
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
  /** Bringing a tensor in takes it from where it is before it asks for room. */
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
 * Whether the module's allocator can be asked for so many bytes at all. It adds without a look at the end of the address space, and takes 2³¹ bytes and more for a
 * negative number: then it moves the end of the heap back, into the tensors that are there.
 */
function canAllocate(bytes: number, heapBytes: number, tensorBytes: number): boolean {
  return (
    heapBytes + bytes < addressSpace || (bytes < addressSpace / 2 && tensorBytes + bytes + heapOverhead < addressSpace)
  );
}

/** @throws OutOfMemory unless the heap has room for such a tensor of so many bytes */
function assertRoom({wasm}: WasmBackend, guard: HeapGuard, shape: readonly number[], bytes: number): void {
  assertIntact(guard);
  const wanted = bytes + tensorOverhead;
  const address = canAllocate(wanted, wasm.HEAPU8.length, guard.bytes) ? wasm._malloc(wanted) >>> 0 : 0;
  // Room that ends past the heap is none, and must not be given back.
  if (address !== 0 && address + wanted > wasm.HEAPU8.length) {
    guard.broken = 'its allocator gave out memory past the end of its heap';
    assertIntact(guard);
  }
  if (address === 0) {
    throw new OutOfMemory(
      'wasm backend',
      `the wasm backend has no room for [${shape}], ${bytes} bytes; dispose of tensors or use a smaller batch.`,
    );
  }
  wasm._free(address);
}

function assertIntact({broken}: HeapGuard): void {
  if (broken === undefined) return;
  throw new OutOfMemory(
    'wasm backend',
    `the wasm backend ran out of memory and computes nothing more, since ${broken}; read what you need, and start anew with less at a time.`,
  );
}

/** The same for any backend, of which only this one needs it. */
export function guardMemory(backend: object): void {
  if (isWasmBackend(backend)) guardHeap(backend);
}

export function isWasmBackend(backend: object): backend is WasmBackend {
  return 'typedArrayFromHeap' in backend;
}

/** Has all backends as they were. */
export function unguardHeaps(): void {
  for (const {undo} of guards.values()) undo();
  guards.clear();
}

/** Brings tensors of other backends into the heap of a backend that is guarded from then on. @throws OutOfMemory where there is no room; they stay where they are then */
export function moveToHeap(backend: WasmBackend, inputs: readonly TensorInfo[]): HeapEntry[] {
  assertIntact(guardHeap(backend));
  return inputs.map((input) => stayOf(backend, input));
}

function stayOf({dataIdMap}: WasmBackend, {dataId, shape}: TensorInfo): HeapEntry {
  const entry = dataIdMap.get(dataId);
  if (entry.memoryOffset !== 0) return entry;
  throw new OutOfMemory(
    'wasm backend',
    `an input of shape [${shape}] holds nothing, since the wasm backend had no room for it when it was made; dispose of tensors and make it anew.`,
  );
}

/** The first and the last element of a result that nobody wrote: a NaN that no arithmetic makes. */
const unwrittenMark = 0x7fe5_a3c1;

/**
 * Runs one of tfjs's own kernels, which say nothing but a line on the console where they find no memory for what they need beside the result.
 * @param inputs by the names that the kernel gives them
 * @param run the kernel on a backend
 * @throws OutOfMemory where it did not write its result, which is gone then
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
    throw new OutOfMemory(
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
      // Its C++ ends in a trap where it finds no memory, and leaves nobody knows what.
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

/** Marks the first and the last element of a tensor that nobody wrote yet. */
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
