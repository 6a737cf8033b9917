import {scratchBytes} from '../assembly/modules.js';

export {scratchBytes};

/** Words at the beginning of a shared memory, with which threads coordinate. Words that change often lie in separate cache lines. */
export const word = {
  /** Pieces that no thread has taken yet. Below 1 there are none. */
  left: 0,
  /** Increases with each job. */
  job: 16,
  /** Pieces that workers have finished. */
  done: 32,
  /** Workers that are running. */
  ready: 48,
  /**
   * The job: the length of the range, the length of a piece's range, the number of such ranges, the number of calls, and the
   * calls of a piece.
   */
  count: 64,
  step: 65,
  ranges: 66,
  calls: 67,
  group: 68,
  /** The calls. Each holds the kernel's index and its arguments. */
  first: 80,
} as const;

/** Words for each call. */
export const callWords = 16;
/** Words in total. */
export const controlWords = 1_024;
/** The most calls in a job. */
export const maxCalls = Math.floor((controlWords - word.first) / callWords);
/** Where the scratch memory of the first thread begins. Each thread's scratch memory has its own cache lines. */
export const scratchAddress = 4 * controlWords;
/** The most threads that have scratch memory. */
export const maxThreads = 32;
export const controlBytes = scratchAddress + scratchBytes * maxThreads;
