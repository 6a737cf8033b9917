import {fileURLToPath} from 'node:url';
import type {Browser, Page} from 'playwright-core';

type Functions = {[name: string]: (...args: never[]) => unknown};

/** A module of the tests in a page of a browser that has webgl and webgpu. */
export interface OpenedPage<Module extends Functions> {
  page: Page;
  /** Calls a function of the module in the page. */
  call<Name extends keyof Module & string>(
    name: Name,
    ...args: Parameters<Module[Name]>
  ): Promise<Awaited<ReturnType<Module[Name]>>>;
  /** Closes the page with its browser. */
  close(): Promise<void>;
}

/**
 * Serves a module as a page. Each page opens in a browser of its own, because a page that hangs keeps its browser from closing it.
 *
 * @param entry the module's path in the repository
 */
export async function servedPage<Module extends Functions>(entry: string, repository: URL) {
  const {bundlePage, servePage, launchBrowser, openPage} = await built(
    repository,
    ...['bundlePage', 'servePage', 'launchBrowser', 'openPage'].map((name) => `browser/${name}`),
  );
  const module = fileURLToPath(new URL(entry, repository));
  const site = await servePage({
    files: await bundlePage({entry: module, packages: ['@tensorflow/tfjs-backend-webgpu']}),
  });
  return {
    /** @param executablePath the browser; by default the one that is found */
    async open(executablePath?: string): Promise<OpenedPage<Module>> {
      const browser: Browser = await launchBrowser(executablePath === undefined ? {} : {executablePath});
      const page: Page = await openPage(browser, site.url);
      return {
        page,
        call: (name, ...args) =>
          page.evaluate(
            ([name, args]) => (globalThis as unknown as {convgrad: Functions}).convgrad[name]!(...(args as never[])),
            [name, args] as const,
          ) as never,
        close: () => browser.close(),
      };
    },
    close: (): Promise<void> => site.close(),
  };
}

/** The exports of the built package's modules for the command line. Its code knows its own folder there only. */
export async function built(repository: URL, ...names: string[]) {
  const modules = await Promise.all(names.map((name) => import(new URL(`build/cli/${name}.js`, repository).href)));
  return Object.assign({}, ...modules);
}
