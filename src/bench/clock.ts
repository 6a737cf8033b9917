/** A source of time that tests can replace. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Gives the event loop a turn, in which signals arrive and code compiled in the background takes effect. */
  nextTask(): Promise<void>;
}

export const realClock: Clock = {
  now: () => performance.now(),
  nextTask: () => new Promise((resolve) => setTimeout(resolve)),
};

/** One call of something that is timed. @returns the milliseconds of the part that counts */
export type TimedCall = () => number | Promise<number>;
