import {servedPage} from '../support/servedPage.js';
import * as subject from './subject.js';

type DigestModule = Pick<typeof subject, 'prepare' | 'hashesOf'>;

/** Where results are computed: this process on cpu and wasm, a page on webgl and webgpu. */
export interface DigestHost extends DigestModule {
  close(): Promise<void>;
}

export async function open(backend: string, repository: URL): Promise<DigestHost> {
  if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  if (['cpu', 'wasm'].includes(backend)) return {...subject, close: async () => {}};
  const site = await servedPage<DigestModule>('test/digest/page.ts', repository);
  const page = await site.open();
  return {
    prepare: (name) => page.call('prepare', name),
    hashesOf: (algorithm, problem) => page.call('hashesOf', algorithm, problem),
    async close() {
      await page.close();
      await site.close();
    },
  };
}
