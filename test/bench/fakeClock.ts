import type {Call, Clock} from '../../src/bench/clock.js';

/** Time that passes only when a call takes it. */
export interface FakeClock extends Clock {
  pass(milliseconds: number): void;
  turns: number;
  /** A call that takes what `takes` says of its number, from 0. */
  call(takes: (nth: number) => number): Call;
}

export function fakeClock(): FakeClock {
  let now = 0;
  const clock: FakeClock = {
    turns: 0,
    now: () => now,
    async turn() {
      clock.turns++;
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
