import type {Clock, TimedCall} from './clock.js';

/** What came of warming up. */
export interface WarmUpResult {
  /** Milliseconds of the first call, with whatever is compiled or allocated once. */
  first: number;
  /** Of the fastest since. */
  best: number;
  calls: number;
}

/** Calls shorter than this are warmed up several at a time. */
const batchMilliseconds = 2;
/** Time that falls by less has stopped falling. */
const significantDrop = 0.97;
/** So many times in a row. */
const maxStaleBatches = 3;

/** How long warming up may take: until then WebAssembly has been compiled a second time. */
export const warmUpLimit = {batches: 60, milliseconds: 1000};

/** What a report says of it. */
export const warmUpRule =
  `each call is repeated until its time has not fallen by ${Math.round(100 * (1 - significantDrop))}% ${maxStaleBatches} times in a row, for ` +
  `${warmUpLimit.milliseconds / 1000} s at most, with a turn of the event loop between`;

/** Repeats a call until its time stops falling: engines compile code again, in the background, when it has run for a while. */
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

/** How often a call is made to fill so many milliseconds. */
export function repetitions(milliseconds: number, fill: number): number {
  return Math.max(1, Math.min(1000, Math.ceil(fill / milliseconds)));
}

export async function meanOf(call: TimedCall, times: number): Promise<number> {
  let sum = 0;
  for (let i = 0; i < times; i++) sum += await call();
  return sum / times;
}
