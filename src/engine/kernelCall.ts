import type {KernelName} from './wasmModule.js';

/** A call of a kernel over a range. `args` follow the arguments `from` and `to`. */
export interface KernelCall {
  kernel: KernelName;
  args: number[];
  /** The same work as several calls, which threads can share. */
  split?(): KernelCall[];
}

/**
 * How the work of several calls over one range is cut into pieces, which any free thread can take. A piece is a part of the range
 * for some of the calls.
 */
export interface Partition {
  /** The length of a piece's range. The last range may be shorter. */
  step: number;
  ranges: number;
  /** How many calls a piece contains. */
  group: number;
  pieces: number;
}

/** Pieces for each thread. With several, one late thread does not keep the others waiting for long. */
const piecesPerThread = 4;
/** A multiple of the rows of most tiles, so that cutting a range leaves few partial tiles. */
const defaultGrain = 24;

/** @param grain the length of each range is a multiple of it, except the last */
export function partition(calls: number, count: number, threads: number, grain = defaultGrain): Partition {
  const wanted = piecesPerThread * threads;
  const step = Math.max(1, Math.ceil(count / wanted / grain)) * grain;
  const ranges = Math.max(1, Math.ceil(count / step));
  const groups = Math.min(calls, Math.ceil(wanted / ranges));
  const group = Math.ceil(calls / groups);
  return {step, ranges, group, pieces: ranges * Math.ceil(calls / group)};
}
