import {readdirSync, readFileSync} from 'node:fs';
import {userFiles} from '../support/userFiles.js';
import {startIn} from './command.js';

const file = userFiles({});

/** The packages and convgrad folders that a command loads, read from Node's coverage. */
async function loadedBy(
  args: readonly string[],
): Promise<{code: number | null; packages: string[]; folders: string[]}> {
  const counts = file(args.join(' ').replaceAll('/', '-') || 'nothing');
  const {code} = await startIn({NODE_V8_COVERAGE: counts}, ...args).ended;
  const urls = readdirSync(counts).flatMap((name) => {
    const {result} = JSON.parse(readFileSync(`${counts}/${name}`, 'utf8')) as {result: {url: string}[]};
    return result.map(({url}) => url);
  });
  const names = (pattern: RegExp) => [...new Set(urls.flatMap((url) => pattern.exec(url)?.[1] ?? []))].sort();
  return {
    code,
    packages: names(/\/node_modules\/((?:@[^/]+\/)?[^/]+)\//),
    folders: names(/\/build\/(.+)\/[^/]+$/),
  };
}

test.each([
  [['--help'], 0],
  [['--version'], 0],
  [['verify', '--help'], 0],
  [['doctor', '--help'], 0],
  [['explain', '--help'], 0],
  [['bench', '--help'], 0],
  [[], 2],
  [['frobnicate'], 2],
  [['verify', '--frob'], 2],
  [['bench', '--rounds'], 2],
  [['explain'], 2],
])('convgrad %j loads neither tfjs nor kernels', async (args, code) => {
  const loaded = await loadedBy(args);
  expect({code: loaded.code, packages: loaded.packages}).toEqual({code, packages: ['cac']});
  expect(loaded.folders).toContain('cli/commands');
  expect(loaded.folders.filter((folder) => /^(algorithms|plugin|backends\/|engine\/)/.test(folder))).toEqual([]);
});

test('a run on cpu loads tfjs but no package that only browsers, modules or benches need', async () => {
  const {code, packages} = await loadedBy([
    ...['verify', '--backend', 'cpu', '--problem', 'ih3iw3ic1oc1kh1kw1', '--no-regressions'],
  ]);
  expect(code).toBe(0);
  expect(packages).toContain('@tensorflow/tfjs-core');
  for (const unneeded of ['playwright-core', 'esbuild', '@sparticuz/chromium'])
    expect(packages).not.toContain(unneeded);
});
