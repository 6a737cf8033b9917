import {readFileSync} from 'node:fs';
import {basename} from 'node:path';
import {root, run, StepError, say} from './step.mjs';

/** Installs the dependencies, unless node_modules already matches package-lock.json. */
export async function install() {
  if (isInstalled()) return;
  say('Installing dependencies (npm ci)…');
  // Building needs the development dependencies, even with NODE_ENV=production. No dependency needs its install scripts.
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-fund', '--no-audit'];
  const npm = process.env.npm_execpath ?? '';
  const code = basename(npm).startsWith('npm-cli')
    ? await run(process.execPath, [npm, ...args], {output: 'stderr'})
    : await run('npm', args, {output: 'stderr', shell: process.platform === 'win32'});
  if (code !== 0) throw new StepError('npm ci failed; see its messages above.', code);
}

/**
 * npm writes what it installed to node_modules/.package-lock.json as its last step. Only optional packages may be missing,
 * because they are for other platforms. Additional packages, from `npm install --no-save`, do no harm.
 */
function isInstalled() {
  const wanted = packages('package-lock.json');
  const installed = packages('node_modules/.package-lock.json');
  if (installed === undefined) return false;
  return Object.entries(wanted).every(([path, {version, integrity, optional}]) => {
    if (path === '') return true; // this package itself
    const there = installed[path];
    return there ? there.version === version && there.integrity === integrity : optional === true;
  });
}

function packages(lockfile) {
  try {
    return JSON.parse(readFileSync(root + lockfile, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
