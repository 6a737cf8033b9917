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
  /** By default as many as there are processors, up to 8, in Node, and one elsewhere. */
  threads?: number | undefined;
}

let options: EngineOptions = {engine: 'auto'};
let settings: Pick<EngineSettings, 'parallelThreshold' | 'cachePackedWeights'> = {};
let chosen: Engine | undefined;
/** While it is not known yet which tiles are the fastest. */
let tuner: VariantTuner | undefined;

/** The engine of this process: the one that was asked for, else the fastest that runs here. Made when it is first asked for. */
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

/** The name of the engine that computes; undefined as long as nothing was computed. */
export function engineInUse(): EngineName | undefined {
  return chosen?.name as EngineName | undefined;
}

/** The engines that run here. */
export function availableEngines(): EngineName[] {
  const variants: readonly string[] = wasmVariants();
  return engineNames.filter((name) => name === 'js' || variants.includes(name));
}

/** @throws ConvgradError on an engine that does not run here or threads that cannot be */
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

/** Settles which engine computes and on how many threads. @throws ConvgradError, and changes nothing, where it cannot be */
export function configureEngine(functionName: string, {engine = 'auto', threads}: EngineOptions): void {
  checkEngine(functionName, {engine, threads});
  if (options.engine !== engine || options.threads !== threads) releaseEngine();
  options = {engine, threads};
}

/** Shares among threads what takes so many operations and more; what pays by default. */
export function setParallelThreshold(parallelThreshold?: number): void {
  releaseEngine();
  const {parallelThreshold: _, ...rest} = settings;
  settings = parallelThreshold === undefined ? rest : {...rest, parallelThreshold};
}

/** Whether what is made of filters is cached from call to call. */
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
    return jsEngine; // there are vectors, but no memory for them
  }
}

function makeNamedEngine(name: EngineName): Engine {
  if (name === 'js') return jsEngine;
  if (name === 'simd') return wasmEngine(name, threadSettings());
  // Threads come after the tuning, so that they start once.
  tuner = new VariantTuner(['fma', 'fmaLow']);
  return wasmEngine('fmaLow', settings);
}

function threadSettings(): EngineSettings {
  return {...settings, threads: options.threads ?? defaultThreads()};
}

/** Nothing is asked for any more: the engine goes, and the next computation makes one by default. */
export function resetEngine(): void {
  releaseEngine();
  options = {engine: 'auto'};
}

/** Lets the engine's memory and threads go; the next computation makes a new one. */
function releaseEngine(): void {
  chosen?.release();
  chosen = undefined;
  tuner = undefined;
}
