import {ConvgradError} from '../geometry/error.js';

/** Seconds that one step of a run may take, unless the user says otherwise. */
export const defaultLimit = 300;

/** Milliseconds that a run has to end by itself after an interrupt. */
const grace = 5000;

/** What is watched. */
export interface WatchdogOptions {
  /** Seconds without a sign of life after which it is given up. */
  limit: number;
  signal?: AbortSignal | undefined;
  /** What it does at first, after "while". */
  activity: string;
  /** Whether an interrupt leaves time to finish; it does unless there is nothing to be saved. */
  finishes?: boolean;
}

/** Gives up on what neither ends nor gives signs of life, or does not end after an interrupt. Whoever asked for it has to end it. */
export class Watchdog {
  activity: string;
  private lastHeartbeat = Date.now();

  constructor(private readonly options: WatchdogOptions) {
    this.activity = options.activity;
  }

  /** Notes a sign of life, and what is being done. */
  heartbeat(doing = this.activity): void {
    this.activity = doing;
    this.lastHeartbeat = Date.now();
  }

  /** @returns what the work comes to. @throws ConvgradError when it is given up */
  async watch<T>(work: Promise<T>): Promise<T> {
    const {limit, signal, finishes = true} = this.options;
    const timers: NodeJS.Timeout[] = [];
    let interrupt = () => {};
    this.lastHeartbeat = Date.now();
    const silence = new Promise<never>((_, reject) => {
      const giveUp = (why: string) =>
        reject(new ConvgradError('convgrad', `${why} while ${this.activity}; it was ended.`));
      const look = () => {
        if (Date.now() - this.lastHeartbeat > 1000 * limit)
          giveUp(`there was no sign of life for ${limit} s (--limit gives more)`);
      };
      timers.push(setInterval(look, Math.min(500, 250 * limit)));
      interrupt = () => {
        timers.push(setTimeout(() => giveUp('the interrupt came'), finishes ? grace : 0));
      };
      if (signal?.aborted) interrupt();
      else signal?.addEventListener('abort', interrupt);
    });
    try {
      return await Promise.race([work, silence]);
    } finally {
      signal?.removeEventListener('abort', interrupt);
      timers.forEach(clearTimeout);
    }
  }
}
