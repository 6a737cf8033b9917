import type {CoverageCounter} from '../../engine/coverageCounter.js';
import {gpuArithmetic} from '../arithmetic.js';
import type {Backend} from '../backend.js';
import type {Implementation} from '../implementation.js';
import {depthwise} from './depthwise/index.js';
import {adapterInUse} from './device.js';
import {direct} from './direct/index.js';
import {faults} from './faults.js';
import {holdsFloats, toFloats} from './floats.js';
import {implicitGemm} from './implicitGemm/index.js';
import {ratesOf} from './rates.js';
import {sumSlices} from './splitK.js';
import {winograd} from './winograd/index.js';

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
export const webgpu: Backend = {
  name: 'webgpu',
  implementations: () => implementations,
  kernelLanguage: 'wgsl',
  counters: () => [sumSlices.counter as CoverageCounter],
  compiles: true,
  ratesSource: () => ratesOf(adapterInUse()).from,
  floats: {areHeld: holdsFloats, copy: toFloats},
  arithmetic: gpuArithmetic,
  // tfjs's synchronous read goes through a canvas, which costs some devices.
  reads: 'data',
  faults,
  cpuForwardFlag: 'WEBGPU_CPU_FORWARD',
  npm: {name: '@tensorflow/tfjs-backend-webgpu', gpuInNode: 'webgpu'},
  equipment: async () => (await import('./equipment/index.js')).equipment,
};
