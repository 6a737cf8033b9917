import type {Clock, TimedCall} from './clock.js';

/** The result of warming up a call. */
export interface WarmUpResult {
  /** Milliseconds of the first call, including one-time compilation and allocation. */
  first: number;
  /** Milliseconds of the fastest batch, as the mean of its calls, or of the first call if that was faster. */
  best: number;
  calls: number;
}

/** Calls shorter than this are warmed up several at a time. */
const batchMilliseconds = 2;
/** A time counts as fallen if it is below this share of the best one. */
const significantDrop = 0.97;
/** Warming up ends after this many batches in a row without such a fall. */
const maxStaleBatches = 3;

/** The limits of warming up. They leave WebAssembly enough time to be compiled a second time. */
export const warmUpLimit = {batches: 60, milliseconds: 1000};

/** The rule in words, for reports. */
export const warmUpRule =
  `each call is repeated until its time has not fallen by ${Math.round(100 * (1 - significantDrop))}% ${maxStaleBatches} times in a row, for ` +
  `${warmUpLimit.milliseconds / 1000} s at most, with a turn of the event loop between`;

/**
 * Repeats a call until its time stops falling. JavaScript engines compile code again, in the background, after it has run for a
 * while.
 */
export async function warmUp(call: TimedCall, clock: Clock, limit = warmUpLimit): Promise<WarmUpResult> {
  const first = await call();
  let [best, calls, spent, stale] = [first, 1, first, 0];
  for (let batch = 0; batch < limit.batches && spent < limit.milliseconds && stale < maxStaleBatches; batch++) {
    await clock.nextTask();
    const times = repetitions(best, batchMilliseconds);
    const milliseconds = await meanOf(call, times);
    stale = milliseconds < significantDrop * best ? 0 : stale + 1;
    best = Math.min(best, milliseconds);
    calls += times;
    spent += milliseconds * times;
  }
  return {first, best, calls};
}

/** How many calls of a duration fill `fill` milliseconds, between 1 and 1000. */
export function repetitions(milliseconds: number, fill: number): number {
  return Math.max(1, Math.min(1000, Math.ceil(fill / milliseconds)));
}

export async function meanOf(call: TimedCall, times: number): Promise<number> {
  let sum = 0;
  for (let i = 0; i < times; i++) sum += await call();
  return sum / times;
}
