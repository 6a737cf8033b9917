import {execFile} from 'node:child_process';
import {mkdirSync, mkdtempSync, realpathSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/**
 * Packs the package as `npm publish` would, and installs it into a fresh project: `CONVGRAD_TEST_PROJECT`. tfjs is linked from the
 * repository, so that nothing is downloaded.
 */
export default async function setup() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'convgrad-project-')));
  const shell = process.platform === 'win32';
  const {stdout} = await run('npm', ['pack', '--json', '--pack-destination', folder], {cwd: root, shell});
  const [{filename}] = JSON.parse(stdout.slice(stdout.indexOf('[')));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'tfjs-convgrad'), {recursive: true});
  await run('tar', ['-xzf', join(folder, filename), '-C', join(modules, 'tfjs-convgrad'), '--strip-components', '1']);
  symlinkSync(join(root, 'node_modules/@tensorflow'), join(modules, '@tensorflow'), 'junction');
  process.env.CONVGRAD_TEST_PROJECT = folder;
}
