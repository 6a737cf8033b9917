import {fileURLToPath} from 'node:url';
import * as subject from './subject.js';

type DigestModule = typeof subject;

/** Where results are computed: this process on cpu and wasm, a page on webgl and webgpu. */
export interface DigestHost extends Pick<DigestModule, 'prepare' | 'hashesOf'> {
  close(): Promise<void>;
}

export async function open(backend: string, repository: URL): Promise<DigestHost> {
  if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  if (['cpu', 'wasm'].includes(backend)) return {...subject, close: async () => {}};
  const built = (name: string) => import(new URL(`dist/cli/browser/${name}.js`, repository).href);
  const [{bundlePage}, {servePage}, {launchBrowser}, {openPage}] = await Promise.all(
    ['bundlePage', 'servePage', 'launchBrowser', 'openPage'].map(built),
  );
  const entry = fileURLToPath(new URL('test/digest/page.ts', repository));
  const site = await servePage({files: await bundlePage({entry, packages: ['@tensorflow/tfjs-backend-webgpu']})});
  const browser = await launchBrowser();
  const page = await openPage(browser, site.url);
  type InPage = {convgrad: DigestModule};
  return {
    prepare: (name) => page.evaluate((name: string) => (globalThis as unknown as InPage).convgrad.prepare(name), name),
    hashesOf: (algorithm, problem) =>
      page.evaluate(
        ([algorithm, problem]: [string, string]) =>
          (globalThis as unknown as InPage).convgrad.hashesOf(algorithm, problem),
        [algorithm, problem],
      ),
    async close() {
      await browser.close();
      await site.close();
    },
  };
}
