import type {Clock, TimedCall} from '../../src/bench/clock.js';

/** Time that passes only when a call takes it. */
export interface FakeClock extends Clock {
  pass(milliseconds: number): void;
  tasks: number;
  /** A call that takes `takes(n)` milliseconds the nth time, from 0. */
  call(takes: (nth: number) => number): TimedCall;
}

export function fakeClock(): FakeClock {
  let now = 0;
  const clock: FakeClock = {
    tasks: 0,
    now: () => now,
    async nextTask() {
      clock.tasks++;
    },
    pass(milliseconds) {
      now += milliseconds;
    },
    call(takes) {
      let nth = 0;
      return () => {
        const milliseconds = takes(nth++);
        now += milliseconds;
        return milliseconds;
      };
    },
  };
  return clock;
}
