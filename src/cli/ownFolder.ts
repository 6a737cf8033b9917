import {fileURLToPath} from 'node:url';

/**
 * The folder this package's code runs from (dist/), and the extension of its files.
 * The only file with `import.meta`, which the CommonJS of the tests cannot express: jest.config.js puts
 * test/support/ownFolder.ts (src/, `.ts`) in its place.
 */
export const ownFolder = fileURLToPath(new URL('..', import.meta.url));
export const ownExtension = '.js';
