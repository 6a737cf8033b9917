import {createRequire} from 'node:module';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {provideGpu} from './nodeGpu.js';
import {isInstalled} from './optionalPackages.js';

/** The packages that bring tfjs backends; users install those that they want. */
const packages: Readonly<Record<string, string>> = {
  wasm: '@tensorflow/tfjs-backend-wasm',
  webgpu: '@tensorflow/tfjs-backend-webgpu',
};

/** The package that a page must import to have the backend; undefined for a backend that every page has. */
export function packageForPage(backend: string): string | undefined {
  return backend === 'webgpu' ? packages[backend] : undefined;
}

/**
 * Advice for the user about a backend that {@link importBackend} could not load. It is undefined where a page has the backend,
 * because no package brings it or the package is installed.
 */
export function packageAdvice(backend: string): string | undefined {
  const name = packages[backend];
  if (name === undefined || (packageForPage(backend) && isInstalled(name))) return undefined;
  return `${name} is not installed here; run npm install ${name}.`;
}

/**
 * Imports the package that registers the backend: the one beside this package, or else the one of the project in the working
 * directory.
 * @returns whether the package works here. webgpu works only where this process has a `navigator.gpu`, or the package `webgpu`
 * provides one
 */
export async function importBackend(backend: string): Promise<boolean> {
  const name = packages[backend];
  if (name === undefined || (packageForPage(backend) && !(await provideGpu()))) return false;
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
