import type {CoverageCounter} from '../../engine/coverageCounter.js';
import type {BackendFamily, Implementation} from '../implementation.js';
import {backendNames} from '../servedBackends.js';
import {depthwise, counters as depthwiseCounters} from './depthwise/index.js';
import {adapterInUse} from './device.js';
import {direct, counters as directCounters} from './direct/index.js';
import {holdsFloats, toFloats} from './floats.js';
import {implicitGemm, counters as implicitGemmCounters} from './implicitGemm/index.js';
import {ratesOf} from './rates.js';
import {sumSlices} from './splitK.js';
import {winograd, counters as winogradCounters} from './winograd/index.js';

const implementations: Implementation[] = [winograd, implicitGemm, depthwise, direct];

/**
 * Adds an implementation as the last in order of preference.
 * @returns a function that removes it
 */
export function addImplementation(implementation: Implementation): () => void {
  implementations.push(implementation);
  return () => {
    const at = implementations.indexOf(implementation);
    if (at >= 0) implementations.splice(at, 1);
  };
}

/** Serves tfjs's `webgpu` backend. */
export const webgpuFamily: BackendFamily = {
  backends: backendNames.webgpu,
  implementations: () => implementations,
  kernelLanguage: 'wgsl',
  compiles: true,
  floats: {areHeld: holdsFloats, copy: toFloats},
  ratesSource: () => ratesOf(adapterInUse()).from,
  counters: () => [
    ...implicitGemmCounters,
    ...winogradCounters,
    sumSlices.counter as CoverageCounter,
    ...depthwiseCounters,
    ...directCounters,
  ],
};
