import {scratchBytes} from '../assembly/modules.js';

export {scratchBytes};

/** Words at the beginning of a shared memory, by which threads agree on the work; those that change often lie apart. */
export const word = {
  /** Pieces that nobody has taken yet; below 1 there are none. */
  left: 0,
  /** Grows with each job. */
  job: 16,
  /** Pieces that workers have finished. */
  done: 32,
  /** Workers that run. */
  ready: 48,
  /** The job: the length of the range, of a piece of it, how many of these there are, how many calls there are and how many a piece takes. */
  count: 64,
  step: 65,
  ranges: 66,
  calls: 67,
  group: 68,
  /** The calls: each the kernel's index and its arguments. */
  first: 80,
} as const;

/** Words of a call. */
export const callWords = 16;
/** Words in all. */
export const controlWords = 1_024;
/** Calls of a job. */
export const maxCalls = Math.floor((controlWords - word.first) / callWords);
/** Where the first thread's scratch memory lies; each has lines of the cache for itself. */
export const scratchAddress = 4 * controlWords;
/** Threads that have room for it. */
export const maxThreads = 32;
export const controlBytes = scratchAddress + scratchBytes * maxThreads;
