import {type Browser, chromium, type Page} from 'playwright-core';
import {openPage as open} from '../../src/cli/browser/openPage.js';
import type {} from './page.js';

let browser: Browser | undefined;

afterAll(async () => {
  await browser?.close(); // this file's connection and pages; the browser itself goes on
});

/**
 * Opens a fresh page in the browser all tests share, where page.ts is the global `convgrad`. What runs in the page is
 * passed to `page.evaluate` as a function that uses nothing from around it but its argument.
 */
export async function openPage(): Promise<Page> {
  browser ??= await chromium.connect(process.env.CONVGRAD_TEST_BROWSER!);
  return open(browser, process.env.CONVGRAD_TEST_PAGE!);
}
