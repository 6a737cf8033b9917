import {backendNamed} from '../backends/index.js';
import {importPackage} from './importPackage.js';
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
 * Imports the package that registers the backend.
 * @returns whether the package works here. One that needs `navigator.gpu` works only where this process has it, or `npm.gpuInNode`
 * provides it
 */
export async function importBackend(backend: string): Promise<boolean> {
  const {name, gpuInNode} = backendNamed(backend)?.npm ?? {};
  if (name === undefined || (gpuInNode !== undefined && !(await provideGpu(gpuInNode)))) return false;
  return (await importPackage(name)) !== undefined;
}
