import type {Algorithm} from '../algorithms/algorithm.js';
import {algorithms, defineAlgorithm, findAlgorithm} from '../algorithms/index.js';
import {ConvgradError} from '../geometry/error.js';
import {install} from '../plugin/install.js';
import {defaultTf as tf} from '../plugin/tfjs.js';

/** A module of a user's, for `--import`. */
export interface ImportedModule {
  /** An algorithm, several, or a function that registers kernels; a module may also do either by itself while it loads. */
  default?: unknown;
}

/**
 * To be called before users' modules run: installs convgrad, so that kernels which the modules register stand over convgrad's and not under.
 * @returns to be called with the modules once they have run; gives the names of the algorithms that they brought
 */
export function expectImports(): (modules: readonly ImportedModule[]) => Promise<string[]> {
  install({tf});
  const known = new Set(algorithms().map(({name}) => name));
  return async (modules) => {
    for (const module of modules) await takeIn(module.default);
    return algorithms().flatMap(({name}) => (known.has(name) ? [] : [name]));
  };

  async function takeIn(brought: unknown): Promise<void> {
    if (brought === undefined) return;
    if (typeof brought === 'function') {
      await brought(tf);
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
      // The module may have defined it by itself and export it as well.
      if (known.has(name) || !findAlgorithm(name)) defineAlgorithm(algorithm as Algorithm);
    }
  }
}
