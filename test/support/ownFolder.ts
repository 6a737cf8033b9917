import {join} from 'node:path';

/** Stands in for src/cli/ownFolder.ts under jest: the code runs from the sources. */
export const ownFolder = join(__dirname, '../../src/');
export const ownExtension = '.ts';
