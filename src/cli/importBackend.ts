import {createRequire} from 'node:module';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {backendNamed} from '../backends/index.js';
import {provideGpu} from './nodeGpu.js';
import {isInstalled} from './optionalPackages.js';

/** The package that a page must import to have the backend; undefined for a backend that every page has. */
export function packageForPage(backend: string): string | undefined {
  const npm = backendNamed(backend)?.npm;
  return npm?.gpuInNode === undefined ? undefined : npm.name;
}

/**
 * Advice for the user about a backend that {@link importBackend} could not load. It is undefined where a page has the backend,
 * because no package brings it or the package is installed.
 */
export function packageAdvice(backend: string): string | undefined {
  const name = backendNamed(backend)?.npm?.name;
  if (name === undefined || (packageForPage(backend) && isInstalled(name))) return undefined;
  return `${name} is not installed here; run npm install ${name}.`;
}

/**
 * Imports the package that registers the backend: the one beside this package, or else the one of the project in the working
 * directory.
 * @returns whether the package works here. One that needs `navigator.gpu` works only where this process has it, or `npm.gpuInNode`
 * provides it
 */
export async function importBackend(backend: string): Promise<boolean> {
  const {name, gpuInNode} = backendNamed(backend)?.npm ?? {};
  if (name === undefined || (gpuInNode !== undefined && !(await provideGpu(gpuInNode)))) return false;
  try {
    await import(name);
    return true;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  try {
    await import(pathToFileURL(createRequire(resolve('package.json')).resolve(name)).href);
    return true;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return false;
  }
}

function isNotFound(error: unknown): boolean {
  return ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes((error as {code?: string}).code ?? '');
}
