import {createRequire} from 'node:module';
import {resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

/** The exports of the npm package `webgpu`, Dawn for Node. */
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
 * Gives this process a `navigator.gpu` from the package `webgpu`, if the project in the working directory has it and it finds an
 * adapter.
 * @returns whether there is one now
 */
export async function provideGpu(): Promise<boolean> {
  if (hasGpu()) return true;
  const dawn = await load();
  const gpu = dawn?.create([]);
  if (!dawn || !(await gpu?.requestAdapter())) return false;
  Object.assign(globalThis, dawn.globals);
  const host = globalThis as GpuHost;
  host.navigator ??= {userAgent: 'Node.js'};
  Object.defineProperty(host.navigator, 'gpu', {value: gpu, configurable: true});
  return true;
}

async function load(): Promise<Dawn | undefined> {
  try {
    return (await import(pathToFileURL(createRequire(resolve('package.json')).resolve('webgpu')).href)) as Dawn;
  } catch {
    return undefined; // the package is not installed, or not for this system
  }
}
