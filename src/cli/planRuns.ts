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
  /** Where it runs: in this process, which is the default, or in a page. */
  place?: 'here' | 'page';
  run(options: VerifyOptions): Promise<VerifyReport>;
}

/** The planned runs, and notes on the backends that are left out. */
export interface RunPlan {
  runs: BackendRun[];
  notes: string[];
}

/** The conditions that decide where runs take place. */
export interface RunConditions {
  /** Whether the user named the backends. Otherwise missing backends are left out with a note. */
  named: boolean;
  browser: string | undefined;
  /** The limit of one step of a run in a page, in seconds. */
  limit?: number | undefined;
  /** The algorithms of a backend, in the process where users' modules are loaded. */
  known?(backend: string): readonly string[];
  /** Runs `verify()` outside a browser; by default in this process. */
  here?: BackendRun['run'];
}

/**
 * Decides where each backend is verified: in this process if tfjs has it here or a package brings it, and otherwise in a browser.
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
      plan.runs.push({backend, place: 'page', run: (options) => verifyInPage(options, {browser, limit})});
    else if (named) throw new UnavailableError(`backend '${backend}' is not available: ${where.advice}`);
    else plan.notes.push(`${backend} is not checked: ${where.advice}`);
  }
  return plan;
}
