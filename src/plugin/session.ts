import type {GradConfig, KernelConfig} from '@tensorflow/tfjs-core';
import {resolveAlias, setAlias} from '../backends/aliases.js';
import type {BuiltinFaults} from '../backends/backend.js';
import {backendNamed} from '../backends/index.js';
import type {EngineOptions} from '../engine/index.js';
import type {Kind} from '../geometry/conv2dInfo.js';
import {callCounts, type Fallback, fallbackCounts} from './callCounts.js';
import {gradientConfigs} from './gradients.js';
import {
  builtinKernelNames,
  type FindBuiltin,
  fusedKernel,
  fusedKernelNames,
  isOurs,
  kinds,
  markOurs,
  passKernels,
  passOf,
} from './kernels.js';
import {MethodPatches} from './methodPatches.js';
import type {Plan} from './planCache.js';
import {repairedGradients} from './repairedGradients.js';
import {Replacements} from './replacements.js';
import type {Requested} from './select.js';
import {servedGradient} from './servedGradient.js';
import type {Tf} from './tfjs.js';
import {backendOf, gradientRegistry, kernelKey, kernelRegistry} from './tfjsRegistries.js';

/** One installation: which registrations are replaced, and with which options. */
export interface Session {
  readonly tf: Tf;
  backends: readonly string[];
  requested: Requested;
  plan: Plan | 'auto';
  engineOptions: EngineOptions;
  readonly kernels: Replacements<KernelConfig>;
  readonly gradients: Replacements<GradConfig>;
  /** The replaced methods of layer classes, in every copy of tfjs on this engine. */
  readonly layers: MethodPatches;
  /** The replaced methods of the engine itself. */
  readonly engine: MethodPatches;
  patchesLayers: boolean;
  repairsGradients: boolean;
  /** The call counts when the session began. */
  readonly callsBefore: ReadonlyMap<string, number>;
  readonly fallbacksBefore: readonly Fallback[];
}

/** The sessions, by engine of tfjs. Copies of tfjs on one global object share their engine. */
const sessions = new Map<object, Session>();

/** The kernels of tfjs whose gradients convgrad replaces. */
export const replacedGradients: readonly string[] = kinds.flatMap((kind) => Object.values(builtinKernelNames[kind]));

/** The kernels of tfjs that convgrad replaces on every backend. */
export const replacedKernels: readonly string[] = [...replacedGradients, ...Object.values(fusedKernelNames)];

/** The kernels other than convolutions that convgrad replaces on a backend, because tfjs's own train networks wrongly there. */
export function repairedKernelsOn(backend: string): NonNullable<BuiltinFaults['repairedKernels']> {
  return backendNamed(backend)?.faults.repairedKernels ?? {};
}

/** All kernels that convgrad replaces on one backend. */
export function replacedKernelsOn(backend: string): readonly string[] {
  return [...replacedKernels, ...Object.keys(repairedKernelsOn(backend))];
}

export function currentSession(tf: Tf): Session | undefined {
  return sessions.get(tf.engine());
}

/** A session for another copy of tfjs, if there is one. */
export function otherSession(tf: Tf): Session | undefined {
  return [...sessions].find(([engine]) => engine !== tf.engine())?.[1];
}

/** Begins a session for this copy of tfjs; it replaces nothing yet. */
export function startSession(tf: Tf): Session {
  const session: Session = {
    tf,
    backends: [],
    requested: {algorithm: 'auto', accuracy: 'standard'},
    plan: 'auto',
    engineOptions: {},
    kernels: new Replacements(
      kernelRegistry(tf),
      (_key, named) => {
        const {kernelName, backendName} = named;
        if (!replacedKernelsOn(backendName).includes(kernelName) || !session.backends.includes(backendName))
          return undefined;
        // Our registration keeps the original's setupFunc and disposeFunc, because the built-in kernels may be needed again after
        // uninstall.
        const ours = {...named, kernelFunc: kernelFunc(session, kernelName, backendName)};
        const setUp = backendNamed(backendName)?.lifecycle?.setUp;
        if (!setUp) return ours;
        const setupFunc: KernelConfig['setupFunc'] = (backend) => {
          setUp(backend);
          named.setupFunc?.(backend);
        };
        return {...ours, setupFunc};
      },
      // Not every backend has all of these kernels: wasm lacks Conv2DBackpropFilter.
      (key) => replacedKernelsOn(backendOf(key)).map((name) => kernelKey(name, backendOf(key))),
      backendOf,
      (key, from) => {
        setAlias(backendOf(key), resolveAlias(backendOf(from)));
        session.backends = [...new Set([...session.backends, backendOf(key)])];
      },
    ),
    gradients: new Replacements(gradientRegistry(tf), (key) => {
      const repaired = repairedGradients[key];
      if (repaired) return session.repairsGradients ? repaired(tf) : undefined;
      const configs = kinds.flatMap((kind) => gradientConfigs(tf, kind, builtinKernelNames[kind]));
      const ours = configs.find(({kernelName}) => kernelName === key);
      const isServed = () => session.kernels.has(kernelKey(key, tf.getBackend()));
      return ours && servedGradient(ours, isServed, () => session.gradients.original(key));
    }),
    layers: new MethodPatches(),
    engine: new MethodPatches(),
    patchesLayers: true,
    repairsGradients: true,
    callsBefore: new Map(callCounts()),
    fallbacksBefore: fallbackCounts(),
  };
  sessions.set(tf.engine(), session);
  return session;
}

/** Ends every session and restores all originals. */
export function endSessions(): void {
  for (const {kernels, gradients, layers, engine} of sessions.values()) {
    kernels.restore();
    gradients.restore();
    layers.restore();
    engine.restore();
  }
  sessions.clear();
}

function kernelFunc(session: Session, kernelName: string, backendName: string): KernelConfig['kernelFunc'] {
  const repaired = repairedKernelsOn(backendName)[kernelName];
  if (repaired) return markOurs((call) => repaired(call));
  const requested = () => session.requested;
  const builtin = stockKernels(session.tf, backendName);
  const found = passOf(kernelName);
  if (found) return passKernels(session.tf, found.kind, backendName, requested, builtin)[found.pass];
  const kind = kinds.find((one) => fusedKernelNames[one] === kernelName) as Kind;
  return fusedKernel(session.tf, kind, backendName, requested, builtin);
}

/**
 * Finds tfjs's own kernels at the time of a call: the kernel that convgrad replaced, or else the registered one. It never returns
 * a kernel of convgrad's, not even one of another copy.
 */
export function stockKernels(tf: Tf, backendName: string): FindBuiltin {
  return (kernelName) => {
    const key = kernelKey(kernelName, backendName); // built here, so that no call builds it
    return () => {
      const replaced = currentSession(tf)?.kernels.original(key);
      const func = (replaced ?? (tf.getKernel(kernelName, backendName) as KernelConfig | undefined))?.kernelFunc;
      return isOurs(func) ? undefined : func;
    };
  };
}
