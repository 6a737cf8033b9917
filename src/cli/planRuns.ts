import {algorithmsOf} from '../plugin/select.js';
import {importedNames} from '../verify/imports/imported.js';
import type {VerifyOptions} from '../verify/options/options.js';
import type {VerifyReport} from '../verify/report/report.js';
import {verify} from '../verify/verify.js';
import {locateBackend} from './locateBackend.js';
import {UnavailableError} from './usage.js';
import {verifyInPage} from './verifyInPage.js';
import {defaultLimit} from './watchdog.js';

/** The verification of one backend, in this process or in a browser. */
export interface BackendRun {
  backend: string;
  run(options: VerifyOptions): Promise<VerifyReport>;
}

/** What is to be run, and what is not and why. */
export interface RunPlan {
  runs: BackendRun[];
  notes: string[];
}

/** What decides where runs take place. */
export interface RunConditions {
  /** Whether the user asked for the backends by name; those nobody asked for are left out with a note when they are missing. */
  named: boolean;
  browser: string | undefined;
  /** Seconds that one step of a run in a page may take. */
  limit?: number | undefined;
  /** The algorithms of a backend, where users' modules are loaded. */
  known?(backend: string): readonly string[];
  /** `verify()` outside a browser; in this process by default. */
  here?: BackendRun['run'];
}

/**
 * Decides where each backend is verified: here if tfjs has it here or a package brings it, else in a browser.
 *
 * @throws UnavailableError when a named backend is missing
 */
export async function planRuns(
  {backends, algorithms}: {backends: readonly string[]; algorithms: readonly string[]},
  {named, browser, limit = defaultLimit, known = algorithmsOf, here = verify}: RunConditions,
): Promise<RunPlan> {
  const plan: RunPlan = {runs: [], notes: []};
  for (const backend of backends) {
    const runsOn = (algorithm: string) => importedNames.includes(algorithm) || known(backend).includes(algorithm);
    if (algorithms.length > 0 && !algorithms.some(runsOn)) {
      plan.notes.push(`${backend} is not checked: it does not run ${algorithms.join(', ')}.`);
      continue;
    }
    const where = await locateBackend(backend, browser);
    if (where.place === 'here') plan.runs.push({backend, run: here});
    else if (where.place === 'page')
      plan.runs.push({backend, run: (options) => verifyInPage(options, {browser, limit})});
    else if (named) throw new UnavailableError(`backend '${backend}' is not available: ${where.advice}`);
    else plan.notes.push(`${backend} is not checked: ${where.advice}`);
  }
  return plan;
}
