import * as tf from '@tensorflow/tfjs-core';
import type {Algorithm} from '../../algorithms/algorithm.js';
import {algorithms, defineAlgorithm, findAlgorithm} from '../../algorithms/index.js';
import {ConvgradError} from '../../geometry/error.js';
import {passes} from '../../geometry/pass.js';
import {install} from '../../plugin/install.js';
import {currentSession} from '../../plugin/session.js';
import {namesOf} from './imported.js';
import {changesSince, isEmpty, type Registrations, takeSnapshot} from './registrations.js';

/** A user's module, for `--import`. */
export interface ImportedModule {
  /**
   * An algorithm, an array of them, or a function (tf) => void that registers kernels or gradients. A module may also do either by itself
   * while it loads.
   */
  default?: unknown;
  /** Functions named after the passes form an algorithm. The export `name` names it, or else the file does. */
  [name: string]: unknown;
}

/** What the modules brought. */
export interface ImportResult {
  /** The names of new algorithms, followed by the names for what is registered in tfjs. It is empty where no algorithm is new. */
  algorithms: string[];
  /** What the modules registered in tfjs. */
  registered: Registrations;
  /** Whether a module undid the installation. The run then verifies tfjs without convgrad. */
  undone: boolean;
}

/**
 * Installs convgrad, so that kernels which users' modules register stand over convgrad's and not under. Call it before those modules run.
 * @returns a function to call once they have run: with the modules by file, and with the tfjs that an exported function gets
 */
export function expectImports(): (
  modules: ReadonlyMap<string, ImportedModule>,
  whole?: object,
) => Promise<ImportResult> {
  install({tf});
  const known = new Set(algorithms().map(({name}) => name));
  const before = takeSnapshot();
  return async (modules, whole = tf) => {
    for (const [file, module] of modules) {
      const functions = Object.entries(module).filter(([name]) => (passes as readonly string[]).includes(name));
      const own =
        functions.length > 0 ? {name: module.name ?? slug(file), ...Object.fromEntries(functions)} : undefined;
      for (const brought of [module.default, own]) await acceptExport(brought, known, whole);
    }
    const undone = currentSession(tf) === undefined;
    const {removed, ...changed} = changesSince(before);
    const registered = undone ? {kernels: [], gradients: []} : changed;
    const defined = algorithms().flatMap(({name}) => (known.has(name) ? [] : [name]));
    if (modules.size > 0 && !undone) refuseEmpty([...modules.keys()].join(', '), removed, defined, registered);
    // Registrations are judged anyway unless algorithms are named, so they are named only beside new algorithms.
    const names = defined.length > 0 ? [...defined, ...namesOf(registered)] : [];
    return {algorithms: names, registered, undone};
  };
}

/**
 * Checks what the modules brought. @throws ConvgradError when there is nothing to verify, or when something that programs need is missing
 */
function refuseEmpty(
  files: string,
  removed: readonly string[],
  defined: readonly string[],
  registered: Registrations,
): void {
  if (removed.length > 0) {
    throw new ConvgradError(
      '--import',
      `${files} unregisters ${removed.join(', ')} and registers nothing in its place.`,
    );
  }
  if (defined.length > 0 || !isEmpty(registered)) return;
  throw new ConvgradError(
    '--import',
    `${files} brings nothing to verify; export default an algorithm such as {name, backpropFilter(info, x, dy, dFilter) {…}}, or a ` +
      'function (tf) => void that registers kernels or gradients. It may return a promise; what it registers after that has settled is not seen.',
  );
}

async function acceptExport(brought: unknown, known: ReadonlySet<string>, whole: object): Promise<void> {
  if (brought === undefined) return;
  if (typeof brought === 'function') {
    try {
      await brought(whole);
    } catch (error) {
      throw new ConvgradError(
        '--import',
        `the function that the module exports threw: ${(error as Error)?.message ?? error}`,
      );
    }
    return;
  }
  for (const algorithm of [brought].flat()) {
    if (typeof algorithm !== 'object' || algorithm === null) {
      throw new ConvgradError(
        '--import',
        `the default export must be an algorithm, an array of them or a function (tf) => void; got ${algorithm}.`,
      );
    }
    const {name} = algorithm as Algorithm;
    // The module may export an algorithm that it has already defined by itself.
    if (known.has(name) || !findAlgorithm(name)) defineAlgorithm(algorithm as Algorithm);
  }
}

/** Turns a file's name into the name of an algorithm. */
function slug(file: string): string {
  const stem = file.replace(/^.*[\\/]/, '').replace(/\.\w+$/, '');
  return (
    stem
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '') || 'imported-algorithm'
  );
}
