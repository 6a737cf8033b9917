import type {BackendFamily, Implementation} from '../implementation.js';
import {depthwise, parts as depthwiseParts} from './depthwise/index.js';
import {parts as directParts, directPlan} from './direct/index.js';
import {gather, parts as gatherParts} from './gather/index.js';
import {byPlan} from './plan.js';

const implementations: Implementation[] = [gather, depthwise, byPlan('direct', directPlan)];

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
  backends: ['webgpu'],
  implementations: () => implementations,
  parts: () => [...gatherParts, ...depthwiseParts, ...directParts],
};
