import * as tf from '@tensorflow/tfjs-core';
import {equipmentOf} from '../../backends/loadEquipment.js';
import type {Environment} from './report.js';

/** Describes the machine of a report. The backends must be ready, and their test equipment loaded. */
export function environmentOf(backends: readonly string[]): Environment {
  const {process: node, navigator: browser} = globalThis as {
    process?: {versions?: {node?: string}};
    navigator?: {userAgent?: string};
  };
  const isNode = node?.versions?.node !== undefined;
  return {
    ...(isNode ? {node: `v${node?.versions?.node}`} : {browser: browser?.userAgent ?? 'unknown'}),
    tfjs: tf.version_core,
    backends: Object.fromEntries(
      backends.map((backend) => [backend, equipmentOf(backend).describe(tf.findBackend(backend))]),
    ),
  };
}

/** Merges the environments of several runs on one machine. Each run has its own backends. */
export function mergeEnvironments(environments: readonly Environment[]): Environment {
  const backends = Object.assign({}, ...environments.map((environment) => environment.backends));
  return Object.assign({}, ...environments, {backends});
}
