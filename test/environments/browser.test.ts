import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Browser} from 'playwright-core';
import {launchBrowser} from '../../src/cli/browser/launchBrowser.js';
import {type ServedSite, servePage} from '../../src/cli/browser/servePage.js';
import {bundled, coreStep, packageFolder, project, root, served, trainingStep} from './project.js';

let browser: Browser;
let site: ServedSite | undefined;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterEach(async () => {
  await site?.close();
});
afterAll(() => browser.close());

const report = 'trainOneStep().then((result) => { globalThis.result = result; });';
const tfjs = (file: string) => readFileSync(join(root, 'node_modules/@tensorflow/tfjs/dist', file));

/** Opens a page of these files, and returns what it leaves in `globalThis.result`. */
async function resultOf(files: Record<string, string | Uint8Array>): Promise<unknown> {
  site = await servePage({files: new Map(Object.entries(files)), folder: packageFolder});
  const page = await browser.newPage();
  const failed = new Promise((_, reject) => page.once('pageerror', reject));
  await page.goto(site.url);
  const result = page
    .waitForFunction(() => (globalThis as {result?: unknown}).result, undefined, {timeout: 0})
    .then((value) => value.jsonValue());
  return Promise.race([result, failed]);
}

/** The page of docs/training-in-the-browser.md, with its scripts taken from here. */
function documentedPage(backend: string, ...scripts: string[]): string {
  const [, html] = /```html\n([\s\S]*?)```/.exec(
    readFileSync(join(packageFolder, 'docs/training-in-the-browser.md'), 'utf8'),
  )!;
  const cdn = /<script src="https:\/\/cdn\.jsdelivr\.net\/npm\/([^"]*)"><\/script>/g;
  const local = html!.replace(cdn, (_, path: string) =>
    path.startsWith('tfjs-convgrad/')
      ? `<script src="${path.slice('tfjs-convgrad'.length)}"></script>`
      : ['/tf.min.js', ...scripts].map((script) => `<script src="${script}"></script>`).join(''),
  );
  return local.replace("setBackend('webgl')", `setBackend('${backend}')`);
}

describe('a page', () => {
  test('with script tags', async () => {
    const html = `<!doctype html><script src="/tf.min.js"></script><script src="/dist/convgrad.min.js"></script>
      <script>const {install} = convgrad; ${trainingStep} ${report}</script>`;
    expect(await resultOf({'/': html, '/tf.min.js': tfjs('tf.min.js')})).toEqual(served);
  });

  test('with modules and an import map', async () => {
    const imports = {
      '@tensorflow/tfjs': '/tf.fesm.min.js',
      '@tensorflow/tfjs-core': '/tf.fesm.min.js',
      'tfjs-convgrad': '/dist/index.js',
    };
    const html = `<!doctype html><script type="importmap">${JSON.stringify({imports})}</script>
      <script type="module">
        import * as tf from '@tensorflow/tfjs'; import {install} from 'tfjs-convgrad'; ${trainingStep} ${report}
      </script>`;
    expect(await resultOf({'/': html, '/tf.fesm.min.js': tfjs('tf.fesm.min.js')})).toEqual(served);
  });

  test('with a worker', async () => {
    const file = project({
      'worker.js': `import * as tf from '@tensorflow/tfjs'; import {install} from 'tfjs-convgrad'; ${trainingStep}
        trainOneStep().then((result) => postMessage(result));`,
    });
    const {text} = await bundled(file('worker.js'));
    const html = `<!doctype html><script>
      new Worker('/worker.js').onmessage = ({data}) => { globalThis.result = data; };</script>`;
    expect(await resultOf({'/': html, '/worker.js': text})).toEqual(served);
  });

  test('with tfjs-core and webgl alone', async () => {
    const {text} = await bundled(project({'main.js': `${coreStep('webgl')} ${report}`})('main.js'));
    const html = '<!doctype html><script src="/main.js"></script>';
    expect(await resultOf({'/': html, '/main.js': text})).toEqual(served);
  });

  test.each([
    ['webgl', {}],
    ['webgpu', {'/webgpu.js': '@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js'}],
    [
      'wasm',
      {
        '/wasm.js': '@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js',
        '/tfjs-backend-wasm-simd.wasm': '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
        '/tfjs-backend-wasm-threaded-simd.wasm':
          '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm',
      },
    ],
    ['cpu', {}],
  ])('of the documentation, on %s', async (backend, extra: Record<string, string>) => {
    const scripts = Object.keys(extra).filter((name) => name.endsWith('.js'));
    const files = Object.entries(extra).map(
      ([name, file]) => [name, readFileSync(join(root, 'node_modules', file))] as const,
    );
    const html = documentedPage(backend, ...scripts);
    expect(html).not.toContain('jsdelivr');
    const result = await resultOf({'/': html, '/tf.min.js': tfjs('tf.min.js'), ...Object.fromEntries(files)});
    expect(result).toMatchObject({serving: true, lowerIsBrighter: expect.any(Number)});
    const {accuracy, calls} = result as {accuracy: number; calls: {backend: string; pass: string}[]};
    expect(accuracy).toBeGreaterThan(0.8);
    expect(new Set(calls.map((call) => call.backend))).toEqual(new Set([backend]));
    expect(calls.map(({pass}) => pass)).toContain('backpropFilter');
  });
});
