/** Time, so that tests can bring their own. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Gives the event loop a turn: signals are heard, and code that was compiled in the background is taken in. */
  nextTask(): Promise<void>;
}

export const realClock: Clock = {
  now: () => performance.now(),
  nextTask: () => new Promise((resolve) => setTimeout(resolve)),
};

/** One call of something that is timed. @returns the milliseconds of the part that counts */
export type TimedCall = () => number | Promise<number>;
