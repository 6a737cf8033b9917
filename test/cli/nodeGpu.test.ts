import {execFile} from 'node:child_process';
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import {userFiles} from '../support/userFiles.js';

const run = promisify(execFile);
const dawn = (adapter: string) => ({
  'node_modules/webgpu/package.json': '{"name": "webgpu", "type": "module", "exports": "./index.js"}',
  'node_modules/webgpu/index.js': `
    export const create = () => ({requestAdapter: async () => ${adapter}});
    export const globals = {GPUBufferUsage: {STORAGE: 128}};
  `,
});

const folders = {
  nothing: userFiles({'package.json': '{}'}),
  'no driver': userFiles({'package.json': '{}', ...dawn('null')}),
  'a GPU': userFiles({'package.json': '{}', ...dawn('({})')}),
};

test.each<[keyof typeof folders, unknown[]]>([
  ['nothing', [false, false, 'undefined']],
  ['no driver', [false, false, 'undefined']],
  ['a GPU', [true, true, 'object']],
])('in a project with %s, provideGpu() and hasGpu() agree on the GPU', async (which, want) => {
  const module = pathToFileURL(resolve('build/cli/nodeGpu.js')).href;
  const script = `
    const {provideGpu, hasGpu} = await import('${module}');
    console.log(JSON.stringify([await provideGpu('webgpu'), hasGpu(), typeof globalThis.GPUBufferUsage]));
  `;
  const {stdout} = await run(process.execPath, ['--input-type=module', '-e', script], {cwd: folders[which]('.')});
  expect(JSON.parse(stdout)).toEqual(want);
});

const missing = whyNot();
if (missing) console.log(`webgpu in Node is not tested: ${missing}`);
(missing ? test.skip : test)('webgpu computes in Node, without a browser, and is right', async () => {
  const json = folders.nothing('report.json');
  const problems = [
    'mb2ih9iw8ic4oc8kh3kw3-same',
    'ih7iw9ic3oc5kh2kw3sh2sw1dh1dw2-same',
    'ih8iw8ic6oc6kh3kw3-same-depthwise',
  ];
  const chosen = problems.flatMap((problem) => ['--problem', problem]);
  const args = ['build/cli/main.js', 'verify', '--backend', 'webgpu', ...chosen, '--no-regressions', '--json', json];
  await run(process.execPath, args, {env: {...driver(), ...process.env}});
  const {environment, summary} = JSON.parse(readFileSync(json, 'utf8'));
  expect(environment).toMatchObject({node: process.version, backends: {webgpu: {adapter: expect.any(String)}}});
  expect(summary.failed).toBe(0);
  expect(summary.passed).toBeGreaterThan(100);
});

function whyNot(): string | undefined {
  try {
    createRequire(resolve('package.json')).resolve('webgpu');
  } catch {
    return 'npm install --no-save webgpu brings it, some 130 MB.';
  }
  const {VK_ICD_FILENAMES} = {...driver(), ...process.env};
  return VK_ICD_FILENAMES || existsSync('/usr/share/vulkan/icd.d') ? undefined : 'there is no Vulkan driver.';
}

/** The software renderer of the browser that tests run in. */
function driver(): Record<string, string> {
  const cache = resolve('node_modules/.cache/tfjs-convgrad');
  const folders = existsSync(cache) ? readdirSync(cache).map((name) => join(cache, name)) : [];
  const browser = folders.find((folder) => existsSync(join(folder, 'vk_swiftshader_icd.json')));
  if (!browser) return {};
  return {
    VK_ICD_FILENAMES: join(browser, 'vk_swiftshader_icd.json'),
    LD_LIBRARY_PATH: `${browser}:${join(browser, 'lib')}`,
  };
}
