import {exitCodes} from './usage.js';

/** npm passes Ctrl-C on to its children, who have it from the terminal already: one press arrives as several signals. */
const onePress = 500;

/** A signal that Ctrl-C aborts, so that the run can finish its report; a second press ends the process at once. */
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
