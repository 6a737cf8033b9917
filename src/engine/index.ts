import {ConvgradError} from '../geometry/error.js';
import type {Engine} from './engine.js';
import {type EngineName, engineNames} from './engineNames.js';
import {jsEngine} from './jsEngine.js';
import {maxThreads} from './threads/control.js';
import {defaultThreads, whyNoThreads} from './threads/spawn.js';
import {VariantTuner} from './variantTuner.js';
import {type EngineSettings, wasmEngine} from './wasmEngine.js';
import {wasmVariants} from './wasmModule.js';

export type {EngineName};

export interface EngineOptions {
  engine?: EngineName | 'auto' | undefined;
  /** In Node, the default is the number of processors, up to 8. Elsewhere it is 1. */
  threads?: number | undefined;
}

/** One engine computes for the whole process, whichever copy of tfjs asks. */
let options: EngineOptions = {engine: 'auto'};
let settings: Pick<EngineSettings, 'parallelThreshold' | 'cachePackedWeights'> = {};
let chosen: Engine | undefined;
/** Finds out which tiles are fastest. Undefined once they are known, or if there is no choice of tiles. */
let tuner: VariantTuner | undefined;

/** The engine of this process: the configured one, else the fastest that runs here. It is created on the first call. */
export function engine(): Engine {
  const winner = tuner?.step();
  if (winner) {
    tuner = undefined;
    chosen?.release();
    chosen = wasmEngine(winner, threadSettings());
  }
  chosen ??= makeEngine();
  return chosen;
}

/** The name of the current engine; undefined if nothing has been computed yet. */
export function engineInUse(): EngineName | undefined {
  return chosen?.name as EngineName | undefined;
}

/** The engines that run here. */
export function availableEngines(): EngineName[] {
  const variants: readonly string[] = wasmVariants();
  return engineNames.filter((name) => name === 'js' || variants.includes(name));
}

/** @throws ConvgradError if the engine does not run here, or the number of threads is invalid or not available here */
export function checkEngine(functionName: string, {engine = 'auto', threads}: EngineOptions): void {
  const names = availableEngines();
  if (engine !== 'auto' && !names.includes(engine)) {
    const known = engineNames.includes(engine);
    throw new ConvgradError(
      functionName,
      `${known ? `engine '${engine}' does not run here` : `unknown engine ${JSON.stringify(engine)}`}; use auto, ${names.join(', ')}.`,
    );
  }
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= maxThreads)) {
    throw new ConvgradError(
      functionName,
      `threads must be a whole number from 1 to ${maxThreads}; got ${JSON.stringify(threads)}.`,
    );
  }
  const alone = threads !== undefined && threads > 1 ? whyNoThreads() : undefined;
  if (alone) throw new ConvgradError(functionName, `threads: ${threads} cannot be, since ${alone}; leave threads out.`);
}

/** Sets the engine and its number of threads. @throws ConvgradError, without changing anything, if they are not available here */
export function configureEngine(functionName: string, {engine = 'auto', threads}: EngineOptions): void {
  checkEngine(functionName, {engine, threads});
  if (options.engine !== engine || options.threads !== threads) releaseEngine();
  options = {engine, threads};
}

/** Sets how many operations a piece of work needs before threads share it. Without an argument, the engine's default applies. */
export function setParallelThreshold(parallelThreshold?: number): void {
  releaseEngine();
  const {parallelThreshold: _, ...rest} = settings;
  settings = parallelThreshold === undefined ? rest : {...rest, parallelThreshold};
}

/** Sets whether what is made of filters is cached between calls. */
export function setWeightsCaching(keep: boolean): void {
  releaseEngine();
  settings = {...settings, cachePackedWeights: keep};
}

function makeEngine(): Engine {
  const {engine: wanted = 'auto'} = options;
  if (wanted !== 'auto') return makeNamedEngine(wanted);
  try {
    return makeNamedEngine(availableEngines()[0]);
  } catch {
    return jsEngine; // WebAssembly vectors run here, but there is no memory for them
  }
}

function makeNamedEngine(name: EngineName): Engine {
  if (name === 'js') return jsEngine;
  if (name === 'simd') return wasmEngine(name, threadSettings());
  // Threads start after the tuning, so that they start only once.
  tuner = new VariantTuner(['fma', 'fmaLow']);
  return wasmEngine('fmaLow', settings);
}

function threadSettings(): EngineSettings {
  return {...settings, threads: options.threads ?? defaultThreads()};
}

/** Restores all defaults and frees the engine. The next computation creates a new one. */
export function resetEngine(): void {
  releaseEngine();
  options = {engine: 'auto'};
  settings = {};
}

/** Frees the engine's memory and stops its threads. The next computation creates a new engine. */
function releaseEngine(): void {
  chosen?.release();
  chosen = undefined;
  tuner = undefined;
}
