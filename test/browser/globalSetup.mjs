import {fileURLToPath} from 'node:url';

/**
 * Bundles page.ts, serves it and launches one browser for all browser tests; openPage.ts connects to it.
 * Runs outside jest's module system, so it uses the built package: `npm test` has built it.
 */
export default async function setUp() {
  const {bundlePage, launchBrowserServer, servePage} = await builtPackage();
  const closers = [];
  globalThis.closeBrowserTests = async () => {
    for (const close of closers.reverse()) await close();
  };
  try {
    const site = await servePage({
      files: await bundlePage({entry: fileURLToPath(new URL('page.ts', import.meta.url))}),
    });
    closers.push(site.close);
    const browser = await launchBrowserServer();
    closers.push(() => browser.close());
    process.env.CONVGRAD_TEST_PAGE = site.url;
    process.env.CONVGRAD_TEST_BROWSER = browser.wsEndpoint();
  } catch (error) {
    await globalThis.closeBrowserTests(); // jest runs no teardown after a failed set-up
    throw error;
  }
}

async function builtPackage() {
  try {
    const modules = ['bundlePage', 'launchBrowser', 'servePage'].map(
      (name) => import(`../../build/cli/browser/${name}.js`),
    );
    return Object.assign({}, ...(await Promise.all(modules)));
  } catch (error) {
    throw new Error('The browser tests need the built package: run `npm run build` first.', {cause: error});
  }
}
