import {servedBackends} from '../backends/index.js';
import {algorithmsOf} from '../plugin/select.js';
import {backendOf} from '../plugin/tfjsRegistries.js';
import {expectImports, type ImportedModule} from '../verify/imports/imports.js';
import {kernelTitle, type Registrations} from '../verify/imports/registrations.js';
import type {ReportedOptions, VerifyOptions} from '../verify/options/options.js';
import {resolveOptions} from '../verify/options/resolveOptions.js';
import {importModule} from './importModule.js';
import {importPackage} from './importPackage.js';
import {locateBackend} from './locateBackend.js';
import type {VerifyFlags} from './verifyFlags.js';

/** The options of a run after users' modules are loaded; plain data. */
export interface LoadedModules {
  options: VerifyFlags['options'];
  reported: ReportedOptions;
  /** The names of the algorithms of each backend. */
  algorithms: Record<string, string[]>;
  /** The kernels that modules registered. */
  kernels: {backend: string; title: string}[];
}

/**
 * Loads users' modules. The backends are loaded first; otherwise their kernels would look like those of the modules.
 * @param onFile called before each file
 * @throws ConvgradError when a module cannot be loaded, brings nothing, or does not fit the options
 */
export async function loadModules(
  given: VerifyFlags['options'],
  browser: string | undefined,
  onFile: (file: string) => void = () => {},
): Promise<{loaded: LoadedModules; registered: Registrations}> {
  const none: Registrations = {kernels: [], gradients: []};
  if (given.imports.length === 0) return {loaded: describe(given, none), registered: none};
  for (const backend of given.backends) await locateBackend(backend, browser);
  const takeIn = expectImports();
  const modules = new Map<string, ImportedModule>();
  for (const file of given.imports) {
    onFile(file);
    modules.set(file, await importModule(file));
  }
  const {algorithms, registered, undone} = await takeIn(modules, await importPackage('@tensorflow/tfjs'));
  const options = {
    ...given,
    algorithms: given.algorithms.length > 0 ? given.algorithms : algorithms,
    ...(undone ? {installed: false} : {}),
  };
  return {loaded: describe(options, registered), registered};
}

function describe(options: VerifyFlags['options'], {kernels}: Registrations): LoadedModules {
  return {
    options,
    reported: resolveOptions(options, servedBackends()),
    algorithms: Object.fromEntries(options.backends.map((backend) => [backend, [...algorithmsOf(backend)]])),
    kernels: kernels.map(({key}) => ({backend: backendOf(key), title: kernelTitle(key)})),
  };
}

/** The options of a run that can be sent to another process or a page. */
export type SerializableOptions = Omit<
  VerifyOptions,
  'subject' | 'registered' | 'signal' | 'onProgress' | 'onResults' | 'onRun' | 'rerun'
>;
