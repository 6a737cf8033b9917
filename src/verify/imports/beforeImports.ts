import {expectImports} from './imports.js';

/** A module that the page loads before users' modules. */
export const receiveModules = expectImports();
