import {exitCodes} from './usage.js';

/**
 * Milliseconds within which several signals count as one press. npm forwards Ctrl-C to its children, which also get it from the
 * terminal.
 */
const onePress = 500;

/** Returns a signal that Ctrl-C aborts, so that the run can finish its report. A second press ends the process at once. */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  let pressed = 0;
  const interrupt = () => {
    if (controller.signal.aborted && Date.now() - pressed > onePress) process.exit(exitCodes.interrupted);
    if (!controller.signal.aborted) pressed = Date.now();
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}
