import type {Progress} from '../verify/options/options.js';
import {cut, terminalWidth} from './layout.js';

/** Shows the progress of a run on stderr. */
export interface ProgressDisplay {
  update(progress: Progress): void;
  stop(): void;
}

/** What the display writes to; a process's stderr fits. */
type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

/** Milliseconds between two lines, where there is no terminal, and between two changes of the line on a terminal. */
const intervals = {line: 10_000, change: 100};

/**
 * Shows one line that changes on a terminal, and elsewhere a line now and then. Several backends may run at the same time.
 * @param expected how many backends will run
 */
export function showProgress(stream: Stream, expected = 1, now: () => number = Date.now): ProgressDisplay {
  const done = new Map<string, Progress>();
  const remaining = timeLeft(now);
  let shown = now();
  const text = () => {
    const parts = [...done.values()].map((one) => `${one.backend} ${one.done}/${one.total}`);
    const share = [...done.values()].reduce((sum, one) => sum + one.done / Math.max(1, one.total), 0);
    return [...parts, remaining(share / Math.max(expected, done.size))].filter(Boolean).join(' · ');
  };
  return {
    update(progress) {
      done.set(progress.backend, progress);
      const isLast = progress.done >= progress.total;
      if (now() - shown < (stream.isTTY ? intervals.change : intervals.line) && !isLast) return;
      shown = now();
      if (stream.isTTY) stream.write(`\r\x1b[2K${cut(`${text()} · ${progress.problem}`, terminalWidth() - 1)}`);
      else stream.write(`${text()}\n`);
    },
    stop() {
      if (stream.isTTY && done.size > 0) stream.write('\r\x1b[2K');
    },
  };
}

/** Seconds that a run is watched before its end is estimated, and the share of a new estimate in the shown one. */
const [watched, freshness] = [2, 0.1];

/** Makes a function that estimates the time left from the share that is done. The estimate is smooth: each one moves the last a little. */
export function timeLeft(now: () => number): (share: number) => string {
  const start = now();
  let end: number | undefined;
  return (share) => {
    const elapsed = (now() - start) / 1000;
    if (share <= 0 || share >= 1 || elapsed < watched) return '';
    const estimate = elapsed / share;
    end = end === undefined ? estimate : end + freshness * (estimate - end);
    return `${duration(Math.max(0, end - elapsed))} left`;
  };
}

/** A time in words: `5 s`, `40 s`, `3 min 20 s`, `2 h 5 min`. From ten seconds it is rounded to five, and from an hour to minutes. */
export function duration(seconds: number): string {
  const whole = seconds < 10 ? Math.max(1, Math.round(seconds)) : 5 * Math.round(seconds / 5);
  if (whole < 60) return `${whole} s`;
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
  const [hours, left] = [Math.floor(minutes / 60), minutes % 60];
  return left === 0 ? `${hours} h` : `${hours} h ${left} min`;
}
