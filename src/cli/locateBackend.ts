import {availableBackends} from '../verify/run/fixture.js';
import {findBrowser, noBrowserAdvice} from './browser/findBrowser.js';
import {importBackend, packageAdvice, packageForPage} from './importBackend.js';

/** Where a backend can be used: in this process, in a page of a browser, or nowhere, with what would change that. */
export type BackendLocation = {place: 'here'} | {place: 'page'} | {place: 'nowhere'; advice: string};

/** Looks for a backend; imports the package that brings it, if there is one. Who names a browser wants a page where there is a choice. */
export async function locateBackend(backend: string, browser?: string): Promise<BackendLocation> {
  const wantsPage = browser !== undefined && packageForPage(backend) !== undefined;
  if (!wantsPage && (availableBackends().includes(backend) || (await importBackend(backend)))) return {place: 'here'};
  const advice = packageAdvice(backend);
  if (advice === undefined && (await findBrowser(browser))) return {place: 'page'};
  return {place: 'nowhere', advice: advice ?? noBrowserAdvice};
}
