import {fileURLToPath} from 'node:url';
import type {Page} from 'playwright-core';
import type {ModelOutcome, ModelTrial} from './tryModel.js';

/** A browser page that trains models. */
export interface ModelsPage {
  tryModel(trial: ModelTrial): Promise<ModelOutcome>;
  close(): Promise<void>;
}

/**
 * Opens one in a headless browser, rendering in software.
 * @param repository the URL of the repository, with convgrad built
 */
export async function openModelsPage(repository: URL): Promise<ModelsPage> {
  const load = (name: string) => import(new URL(`build/cli/browser/${name}.js`, repository).href);
  const [{bundlePage}, {servePage}, {launchBrowser}, {openPage}] = await Promise.all(
    ['bundlePage', 'servePage', 'launchBrowser', 'openPage'].map(load),
  );
  const browser = await launchBrowser();
  const entry = fileURLToPath(new URL('examples/support/modelsPage.ts', repository));
  const site = await servePage({files: await bundlePage({entry})});
  const page: Page = await openPage(browser, site.url);
  return {
    tryModel: (trial) =>
      page.evaluate((given) => (globalThis as unknown as {convgrad: ModelsPage}).convgrad.tryModel(given), trial),
    async close() {
      await browser.close();
      await site.close();
    },
  };
}
