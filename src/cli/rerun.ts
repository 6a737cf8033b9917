import {execFile} from 'node:child_process';
import {join} from 'node:path';
import type {Rerun} from '../verify/options/options.js';
import {ownExtension, ownFolder} from './ownFolder.js';

/** The time limit of a run in a new process, in milliseconds. */
const patience = 120_000;

/** Matches the count in the verdict of a run. */
const verdict = / comparisons?, ([\d,]+) failed/;

/**
 * Makes a function that runs `convgrad verify` in a new process, without diagnoses.
 * @param onWaiting called every second while it runs
 */
export function rerunWith(onWaiting: () => void = () => {}): Rerun {
  return (words) => {
    const program = join(ownFolder, 'cli', `main${ownExtension}`);
    const args = [program, 'verify', '--no-regressions', '--no-diagnosis', '--no-color', ...words];
    const waiting = setInterval(onWaiting, 1000);
    return new Promise((resolve) => {
      execFile(process.execPath, args, {timeout: patience, killSignal: 'SIGKILL'}, (_, stdout) => {
        clearInterval(waiting);
        const failed = verdict.exec(stdout.replaceAll(/\s+/g, ' '))?.[1];
        resolve(failed === undefined ? undefined : failed !== '0');
      });
    });
  };
}
