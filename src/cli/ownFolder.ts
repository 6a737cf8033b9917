import {fileURLToPath} from 'node:url';

/**
 * The folder that this package's code runs from (dist/, or build/ in a clone), and the extension of its files.
 *
 * This is the only file with `import.meta`, which the tests' CommonJS does not support. jest.config.js replaces it by
 * test/support/ownFolder.ts (src/, `.ts`).
 */
export const ownFolder = fileURLToPath(new URL('..', import.meta.url));
export const ownExtension = '.js';
