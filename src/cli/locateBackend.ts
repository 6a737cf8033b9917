import {servedBackends, unservedBackends} from '../backends/index.js';
import {availableBackends} from '../verify/run/fixture.js';
import {findBrowser, noBrowserAdvice} from './browser/findBrowser.js';
import {importBackend, packageAdvice, packageForPage} from './importBackend.js';
import {adviceToInstall} from './optionalPackages.js';
import {UnavailableError} from './usage.js';

/** Where a backend can be used: in this process, in a page of a browser, or nowhere, with advice for the user. */
export type BackendLocation = {place: 'here'} | {place: 'page'} | {place: 'nowhere'; advice: string};

/**
 * Finds out where a backend can be used, and imports the package that brings it, if there is one. If you name a browser, a page
 * is preferred where both are possible.
 */
export async function locateBackend(backend: string, browser?: string): Promise<BackendLocation> {
  const wantsPage = browser !== undefined && packageForPage(backend) !== undefined;
  if (!wantsPage && (availableBackends().includes(backend) || (await importBackend(backend)))) return {place: 'here'};
  const advice = packageAdvice(backend) ?? adviceToInstall('playwright-core', 'esbuild');
  if (advice === undefined && (await findBrowser(browser))) return {place: 'page'};
  return {place: 'nowhere', advice: advice ?? noBrowserAdvice};
}

/** Checks backends. @throws UnavailableError when one of them is tfjs's and convgrad has no kernels for it yet */
export function assertServed(backends: readonly string[]): void {
  const unserved = backends.find((backend) => unservedBackends.includes(backend));
  if (unserved === undefined) return;
  throw new UnavailableError(
    `backend '${unserved}' is not available: convgrad has no kernels for it yet; use ${servedBackends().join(', ')}.`,
  );
}
