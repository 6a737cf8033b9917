import type {KernelName} from './wasmModule.js';

/** One kernel over a range: what follows `from` and `to`. */
export interface KernelCall {
  kernel: KernelName;
  args: number[];
  /** The same work in several calls, for threads to share. */
  split?(): KernelCall[];
}

/** Cuts the work of several calls over one range into pieces, for whoever is free. Pieces are ranges of some of the calls. */
export interface Partition {
  /** The length of a piece's range, but for the last. */
  step: number;
  ranges: number;
  /** How many calls a piece takes. */
  group: number;
  pieces: number;
}

/** Pieces for each thread, so that one that was late does not keep the others waiting for long. */
const piecesPerThread = 4;
/** A multiple of the rows of most tiles, so that cutting makes few cut tiles. */
const defaultGrain = 24;

/** @param grain what ranges are multiples of, but for the last */
export function partition(calls: number, count: number, threads: number, grain = defaultGrain): Partition {
  const wanted = piecesPerThread * threads;
  const step = Math.max(1, Math.ceil(count / wanted / grain)) * grain;
  const ranges = Math.max(1, Math.ceil(count / step));
  const groups = Math.min(calls, Math.ceil(wanted / ranges));
  const group = Math.ceil(calls / groups);
  return {step, ranges, group, pieces: ranges * Math.ceil(calls / group)};
}
