import type {KernelName} from './wasmModule.js';

/** One kernel over a range: what follows `from` and `to`. */
export interface Call {
  kernel: KernelName;
  args: number[];
  /** The same work in several calls, for threads to share. */
  apart?(): Call[];
}

/** Cuts the work of several calls over one range into pieces, for whoever is free. Pieces are ranges of some of the calls. */
export interface Cut {
  /** The length of a piece's range, but for the last. */
  step: number;
  ranges: number;
  /** How many calls a piece takes. */
  group: number;
  pieces: number;
}

/** Pieces for each thread, so that one that was late does not keep the others waiting for long. */
const share = 4;
/** A multiple of the rows of most tiles, so that cutting makes few cut tiles. */
const tile = 24;

/** @param grain what ranges are multiples of, but for the last */
export function cut(calls: number, count: number, threads: number, grain = tile): Cut {
  const wanted = share * threads;
  const step = Math.max(1, Math.ceil(count / wanted / grain)) * grain;
  const ranges = Math.max(1, Math.ceil(count / step));
  const groups = Math.min(calls, Math.ceil(wanted / ranges));
  const group = Math.ceil(calls / groups);
  return {step, ranges, group, pieces: ranges * Math.ceil(calls / group)};
}
