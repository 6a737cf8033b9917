import {type Browser, chromium} from 'playwright-core';
import {bundlePage} from '../../src/cli/browser/bundlePage.js';
import {openPage} from '../../src/cli/browser/openPage.js';
import {servePage} from '../../src/cli/browser/servePage.js';
import {userFiles} from '../support/userFiles.js';

const file = userFiles({
  'entry.ts': `
    import * as tf from '@tensorflow/tfjs';
    import * as convgrad from 'tfjs-convgrad';
    declare const convgradImports: object[];
    export function sharesModules(): boolean[] {
      const [user] = convgradImports as {tf: object; convgrad: object}[];
      return [user.tf === tf, user.convgrad === convgrad];
    }`,
  'user.mjs': 'export * as tf from "@tensorflow/tfjs"; export * as convgrad from "tfjs-convgrad";',
  'slow.mjs': 'export const answer = await new Promise((resolve) => setTimeout(resolve, 1, 42));',
  'throws.mjs': 'throw new Error("no luck");',
});

let browser: Browser;

beforeAll(async () => {
  browser = await chromium.connect(process.env.CONVGRAD_TEST_BROWSER!);
});
afterAll(() => browser.close());

/** What `expression` gives in a page of entry.ts and the user's modules. */
async function inPage(imports: string[], expression: string): Promise<unknown> {
  const site = await servePage({files: await bundlePage({entry: file('entry.ts'), imports: imports.map(file)})});
  try {
    const page = await openPage(browser, site.url);
    return await page.evaluate(expression);
  } finally {
    await site.close();
  }
}

describe('openPage', () => {
  test('opens a page whose modules share tfjs and convgrad with the entry', async () => {
    expect(await inPage(['user.mjs'], 'convgrad.sharesModules()')).toEqual([true, true]);
  });

  test('waits for modules with top-level await', async () => {
    expect(await inPage(['slow.mjs'], 'convgradImports[0].answer')).toBe(42);
  });

  test('fails with the error that a module throws', async () => {
    await expect(inPage(['throws.mjs'], '0')).rejects.toThrow('convgrad: the page failed to load: no luck');
  });
});
