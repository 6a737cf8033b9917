import {ConvgradError} from '../geometry/error.js';

/** The default limit of one step of a run, in seconds. */
export const defaultLimit = 300;

/** Milliseconds that a run may take to end after an interrupt. */
const grace = 5000;

/** The options of a watchdog. */
export interface WatchdogOptions {
  /** Seconds without a sign of life after which it gives up. */
  limit: number;
  signal?: AbortSignal | undefined;
  /** The first activity, as it follows "while" in messages. */
  activity: string;
  /** Whether the work gets time to finish after an interrupt. Defaults to true; false if it has nothing to save. */
  finishes?: boolean;
}

/** Gives up on work that shows no sign of life, or that does not end after an interrupt. The caller has to end the work itself. */
export class Watchdog {
  activity: string;
  private lastHeartbeat = Date.now();

  constructor(private readonly options: WatchdogOptions) {
    this.activity = options.activity;
  }

  /** Records a sign of life, and the present activity. */
  heartbeat(doing = this.activity): void {
    this.activity = doing;
    this.lastHeartbeat = Date.now();
  }

  /** Waits for the work. @returns its result. @throws ConvgradError when the watchdog gives up */
  async watch<T>(work: Promise<T>): Promise<T> {
    const {limit, signal, finishes = true} = this.options;
    const timers: NodeJS.Timeout[] = [];
    let interrupt = () => {};
    this.lastHeartbeat = Date.now();
    const silence = new Promise<never>((_, reject) => {
      const giveUp = (why: string) =>
        reject(new ConvgradError('convgrad', `${why} while ${this.activity}, so convgrad ended the run.`));
      const look = () => {
        if (Date.now() - this.lastHeartbeat > 1000 * limit)
          giveUp(`there was no sign of life for ${limit} s (raise this with --limit)`);
      };
      timers.push(setInterval(look, Math.min(500, 250 * limit)));
      interrupt = () => {
        timers.push(setTimeout(() => giveUp('an interrupt came'), finishes ? grace : 0));
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
