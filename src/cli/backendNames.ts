import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {ownExtension, ownFolder} from './ownFolder.js';

/**
 * The names of the backends that convgrad serves: each has a folder of its name. A help text needs no more, and loading the kernels would
 * take longer than all else that it does. `scripts/bundle.mjs` writes the answer into the bundle, which has no such folders.
 */
export function backendNames(): string[] {
  const folder = join(ownFolder, 'backends');
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, `index${ownExtension}`)))
    .sort();
}
