import type {Engine} from './engine.js';
import {jsEngine} from './jsEngine.js';
import {wasmEngine} from './wasmEngine.js';
import {wasmVariants} from './wasmModule.js';

let chosen: Engine | undefined;

/** The engine of this process: the widest vectors that run here, else plain JavaScript. Made when it is first asked for. */
export function engine(): Engine {
  chosen ??= make();
  return chosen;
}

function make(): Engine {
  const [variant] = wasmVariants();
  return variant ? wasmEngine(variant) : jsEngine;
}

/** Lets the engine's memory go; the next computation makes a new one. */
export function releaseEngine(): void {
  chosen = undefined;
}
