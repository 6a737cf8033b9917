import {expectImports} from './imports.js';

/** Installs convgrad and then receives users' modules. The page loads this module before theirs. */
export const receiveModules = expectImports();
