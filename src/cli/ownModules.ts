import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {ownExtension, ownFolder} from './ownFolder.js';

/** The folder that holds package.json. */
export const packageRoot = join(ownFolder, '..');

interface Manifest {
  name: string;
  exports: Record<string, string | {import: {default: string}}>;
}

/**
 * The file behind each specifier that a user may import from this package (`tfjs-convgrad`, `tfjs-convgrad/verify`, …). They are
 * read from the `exports` of package.json, so an entry added there is known here. Under the tests the files are the sources.
 */
export function ownModules(): Map<string, string> {
  const manifest: Manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
  const files = new Map<string, string>();
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'string') continue; // package.json itself
    const stem = target.import.default.replace(/^\.\/dist\//, '').replace(/\.js$/, '');
    files.set(manifest.name + subpath.slice(1), join(ownFolder, stem + ownExtension));
  }
  return files;
}
