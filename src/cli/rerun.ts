import {execFile} from 'node:child_process';
import {join} from 'node:path';
import type {Rerun} from '../verify/options/options.js';
import {ownExtension, ownFolder} from './ownFolder.js';

/** Milliseconds that a run in a new process may take. */
const patience = 120_000;

/** The last line of a run. */
const summary = /^\d+ passed, (\d+) failed, /m;

/**
 * Runs `convgrad verify` in new processes, without diagnoses.
 * @param mutants to be defined there
 * @param onWaiting called now and then while it runs
 */
export function rerunWith(mutants: readonly string[], onWaiting: () => void = () => {}): Rerun {
  return (words) => {
    const before = [
      'verify',
      '--no-regressions',
      '--no-diagnosis',
      '--no-color',
      ...mutants.flatMap((name) => ['--mutant', name]),
    ];
    const program = join(ownFolder, 'cli', `main${ownExtension}`);
    const waiting = setInterval(onWaiting, 1000);
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [program, ...before, ...words],
        {timeout: patience, killSignal: 'SIGKILL'},
        (_, stdout) => {
          clearInterval(waiting);
          const failed = summary.exec(stdout)?.[1];
          resolve(failed === undefined ? undefined : Number(failed) > 0);
        },
      );
    });
  };
}
