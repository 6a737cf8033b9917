import type {Browser, Page} from 'playwright-core';
import {ConvgradError} from '../../geometry/error.js';

/**
 * Opens a page made by `bundlePage` and waits until all of its modules have run.
 *
 * @param url the address at which `servePage` serves it
 * @throws ConvgradError with the message of the first error, when a module of the page throws
 */
export async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  const failed = new Promise<never>((_, reject) => {
    page.once('pageerror', (error) =>
      reject(new ConvgradError('convgrad', `the page failed to load: ${error.message}`)),
    );
  });
  failed.catch(() => {}); // an error after loading is not an error of opening the page
  try {
    await Promise.race([failed, load(page, url)]);
  } catch (error) {
    await page.close();
    throw error;
  }
  return page;
}

async function load(page: Page, url: string): Promise<void> {
  await page.goto(url);
  // The page's script sets this last. There is no time limit, because a user's module may train a network first.
  await page.waitForFunction(() => 'convgradImports' in globalThis, undefined, {timeout: 0});
}
