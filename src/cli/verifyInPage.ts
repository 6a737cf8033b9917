import {join} from 'node:path';
import type {Page} from 'playwright-core';
import {ConvgradError} from '../geometry/error.js';
import type {Progress, VerifyOptions} from '../verify/options.js';
import type {PageGlobals, PageOptions} from '../verify/page.js';
import type {VerifyReport} from '../verify/report.js';
import type {VerifyResult} from '../verify/result.js';
import {bundlePage} from './browser/bundlePage.js';
import {launchBrowser} from './browser/launchBrowser.js';
import {openPage} from './browser/openPage.js';
import {servePage} from './browser/servePage.js';
import {ownExtension, ownFolder} from './ownFolder.js';
import {UnavailableError} from './usage.js';

/**
 * Runs `verify()` in a page of a browser without a window. Results come out through `onResults` case by case, so that a
 * crash of the page loses none; the report that is returned has none.
 *
 * @throws UnavailableError when the page lacks the backend; ConvgradError when it fails to load, or crashes
 */
export async function verifyInPage(options: VerifyOptions, executablePath?: string): Promise<VerifyReport> {
  const {subject: _, signal, onProgress, onResults, ...rest} = options;
  const own = (name: string) => join(ownFolder, 'verify', name + ownExtension);
  const imports = [own('beforeImports'), ...(options.imports ?? [])];
  const site = await servePage({files: await bundlePage({entry: own('page'), imports})});
  const browser = await launchBrowser(executablePath === undefined ? {} : {executablePath});
  try {
    const page = await openPage(browser, site.url);
    await page.exposeFunction('convgradCaseDone', (results: VerifyResult[], progress: Progress) => {
      onResults?.(results);
      onProgress?.(progress);
    });
    return await Promise.race([run(page, rest, signal), untilCrash(page)]);
  } finally {
    await browser.close();
    await site.close();
  }
}

async function run(page: Page, options: PageOptions, signal: AbortSignal | undefined): Promise<VerifyReport> {
  const abort = () => {
    // A page that is gone already has nothing to abort.
    page.evaluate(() => (globalThis as unknown as PageGlobals).convgrad.abort()).catch(() => {});
  };
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  try {
    return await page.evaluate((given) => (globalThis as unknown as PageGlobals).convgrad.run(given), options);
  } catch (error) {
    throw refusal(error);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

const lost = () => new ConvgradError('convgrad', 'the page crashed or was closed; the results until then are kept.');

/** A crashed page never answers. */
function untilCrash(page: Page): Promise<never> {
  return new Promise((_, reject) => page.once('crash', () => reject(lost())));
}

/**
 * Errors lose their class on the way out of the page. The options were checked before, so what `verify` still refuses
 * there is the backend.
 */
function refusal(error: unknown): unknown {
  const message = error instanceof Error ? error.message : '';
  const refused = /ConvgradError: verify: (.*)/.exec(message);
  if (refused) return new UnavailableError(refused[1]);
  return /closed|crashed/.test(message) ? lost() : error;
}
