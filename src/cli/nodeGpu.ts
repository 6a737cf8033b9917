import {createRequire} from 'node:module';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

/** The exports of Dawn for Node. */
interface Dawn {
  create(flags: string[]): {requestAdapter(): Promise<object | null>};
  /** The classes and constants that a page has. */
  globals: object;
}
type GpuHost = {navigator?: {gpu?: object; userAgent?: string}};

export function hasGpu(): boolean {
  return (globalThis as GpuHost).navigator?.gpu !== undefined;
}

/**
 * Gives this process a `navigator.gpu`, if the project in the working directory has the package and it finds an adapter.
 * @param from the package that provides one, Dawn for Node
 * @returns whether there is one now
 */
export async function provideGpu(from: string): Promise<boolean> {
  if (hasGpu()) return true;
  const dawn = await load(from);
  const gpu = dawn?.create([]);
  if (!dawn || !(await gpu?.requestAdapter())) return false;
  Object.assign(globalThis, dawn.globals);
  const host = globalThis as GpuHost;
  host.navigator ??= {userAgent: 'Node.js'};
  Object.defineProperty(host.navigator, 'gpu', {value: gpu, configurable: true});
  return true;
}

async function load(from: string): Promise<Dawn | undefined> {
  try {
    return (await import(pathToFileURL(createRequire(resolve('package.json')).resolve(from)).href)) as Dawn;
  } catch {
    return undefined; // the package is not installed, or not for this system
  }
}
