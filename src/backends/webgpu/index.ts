import type {Part} from '../../engine/part.js';
import type {BackendFamily, Implementation} from '../implementation.js';
import {backendNames} from '../servedBackends.js';
import {depthwise, parts as depthwiseParts} from './depthwise/index.js';
import {adapterInUse} from './device.js';
import {direct, parts as directParts} from './direct/index.js';
import {holdsFloats, toFloats} from './floats.js';
import {gather, parts as gatherParts} from './gather/index.js';
import {ratesOf} from './rates.js';
import {sum} from './slices.js';
import {winograd, parts as winogradParts} from './winograd/index.js';

const implementations: Implementation[] = [winograd, gather, depthwise, direct];

/** Adds an implementation, the last in order of preference. @returns the undo */
export function addImplementation(implementation: Implementation): () => void {
  implementations.push(implementation);
  return () => {
    const at = implementations.indexOf(implementation);
    if (at >= 0) implementations.splice(at, 1);
  };
}

/** tfjs's `webgpu` backend. */
export const webgpuFamily: BackendFamily = {
  backends: backendNames.webgpu,
  implementations: () => implementations,
  compiles: true,
  floats: {areHeld: holdsFloats, copy: toFloats},
  ratesFrom: () => ratesOf(adapterInUse()).from,
  parts: () => [...gatherParts, ...winogradParts, sum.part as Part, ...depthwiseParts, ...directParts],
};
