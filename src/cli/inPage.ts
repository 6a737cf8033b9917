import {join} from 'node:path';
import type {Page} from 'playwright-core';
import {ConvgradError} from '../geometry/error.js';
import {bundlePage} from './browser/bundlePage.js';
import {type BrowserOptions, launchBrowser} from './browser/launchBrowser.js';
import {openPage} from './browser/openPage.js';
import {servePage} from './browser/servePage.js';
import {packageForPage} from './importBackend.js';
import {ownExtension, ownFolder} from './ownFolder.js';
import type {PageGlobals} from './page.js';
import {UnavailableError} from './usage.js';
import type {Watchdog} from './watchdog.js';

/** How to open a page. */
export interface PageSetup {
  /** The path of the browser's executable. */
  browser?: string | undefined;
  /** Defaults to software rendering. */
  gpu?: BrowserOptions['gpu'] | undefined;
  /** The paths of users' modules. */
  imports?: readonly string[] | undefined;
  /** A backend that the page needs besides those that every page has. */
  backend?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Ends the work with an error when the page hangs. */
  watchdog?: Watchdog | undefined;
}

/**
 * Opens the page of `cli/page.ts` in a headless browser, for as long as `use` takes. An abort is passed on to the page.
 *
 * @throws UnavailableError when the page lacks the backend; ConvgradError when it fails to load, or crashes
 */
export async function inPage<T>(
  {browser: path, gpu = 'software', imports, backend, signal, watchdog}: PageSetup,
  use: (page: Page) => Promise<T>,
): Promise<T> {
  const own = (name: string) => join(ownFolder, name + ownExtension);
  const modules = [own('verify/imports/beforeImports'), ...(imports ?? [])];
  const needed = backend && packageForPage(backend);
  const source = {
    entry: own('cli/page'),
    imports: modules,
    packages: needed ? [needed] : [],
  };
  const site = await servePage({files: await bundlePage(source)});
  const browser = await launchBrowser({gpu, ...(path === undefined ? {} : {executablePath: path})});
  try {
    const work = openPage(browser, site.url).then((page) =>
      Promise.race([abortable(page, use, signal), untilCrash(page)]),
    );
    return await (watchdog ? watchdog.watch(work) : work);
  } finally {
    await browser.close();
    await site.close();
  }
}

async function abortable<T>(page: Page, use: (page: Page) => Promise<T>, signal?: AbortSignal): Promise<T> {
  const abort = () => {
    // A page that is already gone has nothing to abort.
    page.evaluate(() => (globalThis as unknown as PageGlobals).convgrad.abort()).catch(() => {});
  };
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  try {
    return await use(page);
  } catch (error) {
    throw asUnavailable(error);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

const lostPageError = () =>
  new ConvgradError('convgrad', 'the page crashed or was closed; the results until then are kept.');

/** Rejects when the page crashes, because a crashed page never answers. */
function untilCrash(page: Page): Promise<never> {
  return new Promise((_, reject) => page.once('crash', () => reject(lostPageError())));
}

/**
 * Restores the class of an error from the page, where errors lose it. The options were checked before, so if `verify` still
 * refuses something there, it is the backend.
 */
function asUnavailable(error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  const refused = /ConvgradError: verify: (.*)/.exec(message);
  if (refused) return new UnavailableError(refused[1]);
  return /closed|crashed/.test(message) ? lostPageError() : error;
}
