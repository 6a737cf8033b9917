import {createRequire} from 'node:module';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

/**
 * Imports a package: the one beside this package, or else the one of the project in the working directory.
 * @returns its exports; undefined where there is no such package
 */
export async function importPackage(name: string): Promise<object | undefined> {
  try {
    return (await import(name)) as object;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  try {
    return (await import(pathToFileURL(createRequire(resolve('package.json')).resolve(name)).href)) as object;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return undefined;
  }
}

function isNotFound(error: unknown): boolean {
  return ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes((error as {code?: string}).code ?? '');
}
