import type {WasmBackend} from '../host/heap.js';
import {override} from '../host/override.js';

/** Sizes of blocks that fill the heap, in bytes. Smaller gaps stay free, and tfjs's module fits nothing of a tensor into them. */
const blockSizes = Array.from({length: 21}, (_, i) => 2 ** (30 - i));
const pageBytes = 2 ** 16;
/** tfjs's module first asks for a fifth more, then for a tenth, then for a twentieth. A heap never shrinks again. */
const mostGrowth = 1 / 15;

/** The largest heap that is filled, in bytes. */
const mostFilled = 2 ** 27;

export function isHeapSmall({wasm}: WasmBackend): boolean {
  return wasm.HEAPU8.length <= mostFilled;
}

/**
 * Takes all free memory of the heap, so that the next tensor makes the heap grow. The heap then moves: every view of it that was made before
 * is empty. Does nothing where the module hides its memory.
 * @returns a function that gives the memory back
 */
export function fillHeap({wasm}: WasmBackend): () => void {
  const memory = wasm.wasmMemory ?? wasm.asm?.memory;
  if (!memory) return () => {};
  const blocks: number[] = [];
  const undo = limitGrowth(memory, () => false);
  for (const bytes of blockSizes) {
    for (let block = wasm._malloc(bytes); block !== 0; block = wasm._malloc(bytes)) blocks.push(block);
  }
  undo();
  const undoLimit = limitGrowth(memory, (pages) => pages * pageBytes <= wasm.HEAPU8.length * mostGrowth);
  return () => {
    undoLimit();
    for (const block of blocks) wasm._free(block);
  };
}

/** Makes a memory grow only as allowed. tfjs's module takes a refusal for a lack of memory. @returns the undo */
function limitGrowth(memory: WebAssembly.Memory, allows: (pages: number) => boolean): () => void {
  const grow = memory.grow.bind(memory);
  return override(memory, 'grow', (pages) => {
    if (!allows(pages)) throw new RangeError('the heap may not grow now');
    return grow(pages);
  });
}

/** Counts the blocks of the heap that are allocated and not freed. @returns a function that ends the count and returns it */
export function countBlocks({wasm}: WasmBackend): () => number {
  let blocks = 0;
  const undo = onAllocation(wasm, {
    allocated: () => void blocks++,
    freed: () => void blocks--,
  });
  return () => {
    undo();
    return blocks;
  };
}

/** The number of bytes behind each tensor that are watched, and their content: a NaN that no arithmetic makes. */
const fence = {bytes: 64, word: 0x7fe5_c3a1};

/**
 * Runs fn with NaN in all memory that it allocates for tensors, and behind it.
 * @throws Error if something wrote behind a tensor
 */
export function withPoisonedHeap<T>({wasm}: WasmBackend, fn: () => T): T {
  /** The ends of the tensors, by their addresses. */
  const ends = new Map<number, number>();
  const undo = onAllocation(wasm, {
    more: fence.bytes + 4, // a tensor of bytes may end inside a word
    allocated(address, bytes) {
      const end = address + 4 * Math.ceil(bytes / 4);
      wasm.HEAPU32.fill(fence.word, address / 4, (end + fence.bytes) / 4);
      ends.set(address, end);
    },
    freed: (address) => void ends.delete(address),
  });
  try {
    const result = fn();
    for (const end of ends.values()) {
      const behind = wasm.HEAPU32.subarray(end / 4, (end + fence.bytes) / 4);
      if (behind.some((word) => word !== fence.word)) throw new Error('it writes behind the end of a tensor');
    }
    return result;
  } finally {
    undo();
  }
}

/** Is told of each block that JavaScript allocates or frees. @returns the undo */
function onAllocation(
  wasm: WasmBackend['wasm'],
  {
    more = 0,
    allocated,
    freed,
  }: {more?: number; allocated(address: number, bytes: number): void; freed(address: number): void},
): () => void {
  const {_malloc, _free} = wasm;
  const undo = [
    override(wasm, '_malloc', (bytes) => {
      const address = _malloc(bytes + more) >>> 0;
      if (address !== 0) allocated(address, bytes);
      return address;
    }),
    override(wasm, '_free', (address) => {
      freed(address >>> 0);
      _free(address);
    }),
  ];
  return () => undo.forEach((each) => void each());
}
