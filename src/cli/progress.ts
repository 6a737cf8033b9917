import {SingleBar} from 'cli-progress';
import type {Progress} from '../verify/options/options.js';

/** Shows the progress of a run on stderr. */
export interface ProgressDisplay {
  update(progress: Progress): void;
  stop(): void;
}

/** Shows a bar on a terminal, and elsewhere a line now and then. Lines keep logs short and show that the run is alive. */
export function showProgress(stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function bar(stream: NodeJS.WriteStream): ProgressDisplay {
  let shown: {backend: string; bar: SingleBar} | undefined;
  const stop = () => shown?.bar.stop();
  return {
    update({backend, problem, done, total}) {
      if (shown?.backend !== backend) {
        stop();
        const format = '{backend} {bar} {value}/{total} · {eta_formatted} left · {problem}';
        shown = {backend, bar: new SingleBar({stream, format, barsize: 24, hideCursor: true, gracefulExit: false})};
        shown.bar.start(total, done, {backend, problem});
      }
      shown.bar.setTotal(total);
      shown.bar.update(done, {backend, problem});
    },
    stop,
  };
}

/** Milliseconds between two lines. */
const lineInterval = 10_000;

function lines(stream: NodeJS.WriteStream): ProgressDisplay {
  let printed = Date.now();
  return {
    update({backend, done, total}) {
      if (Date.now() - printed < lineInterval && done < total) return;
      printed = Date.now();
      stream.write(`${backend} ${done}/${total}\n`);
    },
    stop() {},
  };
}
