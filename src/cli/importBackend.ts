import {createRequire} from 'node:module';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

/** The packages that bring tfjs backends to Node; users install those that they want. */
const packages: Readonly<Record<string, string>> = {wasm: '@tensorflow/tfjs-backend-wasm'};

/** What a person can do about a backend that {@link importBackend} did not find; undefined for one that is in no package. */
export function packageAdvice(backend: string): string | undefined {
  const name = packages[backend];
  return name && `${name} is not installed here; npm install ${name}.`;
}

/**
 * Imports the package that registers the backend: the one beside this package, else the one of the project in the working directory.
 * @returns whether there is one
 */
export async function importBackend(backend: string): Promise<boolean> {
  const name = packages[backend];
  if (name === undefined) return false;
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
