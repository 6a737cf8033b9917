import type {GradConfig, KernelConfig} from '@tensorflow/tfjs';
import {guardMemory} from '../backends/host/heap.js';
import {serveAs, servedAs} from '../backends/servedBackends.js';
import type {EngineOptions} from '../engine/index.js';
import type {Kind} from '../geometry/conv2dInfo.js';
import {callCounts, type Fallback, fallbackCounts} from './calls.js';
import type {Plan} from './choices.js';
import {gradientConfigs} from './gradients.js';
import {
  builtinNames,
  type FindBuiltin,
  fusedKernel,
  fusedNames,
  isOurs,
  kinds,
  passKernels,
  passOf,
} from './kernels.js';
import {repairedKernels} from './maxPoolGrad.js';
import {MethodSwaps} from './methodSwaps.js';
import {backendOf, gradientRegistry, kernelKey, kernelRegistry} from './registries.js';
import {repairedGradients} from './repairedGradients.js';
import type {Wanted} from './select.js';
import {whereServed} from './servedGradient.js';
import {Swaps} from './swaps.js';
import type {Tf} from './tfjs.js';

/** One installation: what is swapped in which registries, and with which options. */
export interface Session {
  readonly tf: Tf;
  backends: readonly string[];
  wanted: Wanted;
  plan: Plan | 'auto';
  engineOptions: EngineOptions;
  readonly kernels: Swaps<KernelConfig>;
  readonly gradients: Swaps<GradConfig>;
  /** Of the layer classes, in every copy of tfjs on this engine. */
  readonly layers: MethodSwaps;
  /** Of the engine itself. */
  readonly engine: MethodSwaps;
  servesLayers: boolean;
  repairsGradients: boolean;
  /** The counts when it began. */
  readonly callsBefore: ReadonlyMap<string, number>;
  readonly fallbacksBefore: readonly Fallback[];
}

/** One session for each engine of tfjs; copies of tfjs on one global object share their engine. */
const sessions = new Map<object, Session>();

/** The kernels of tfjs whose gradients convgrad replaces. */
export const replacedGradients: readonly string[] = kinds.flatMap((kind) => Object.values(builtinNames[kind]));

/** The kernels of tfjs that convgrad replaces. */
export const replacedKernels: readonly string[] = [...replacedGradients, ...Object.values(fusedNames)];

/** All kernels that convgrad replaces on one backend. */
export function replacedOn(backend: string): readonly string[] {
  return [...replacedKernels, ...Object.keys(repairedKernels[servedAs(backend)] ?? {})];
}

export function currentSession(tf: Tf): Session | undefined {
  return sessions.get(tf.engine());
}

/** Begins a session for this copy of tfjs; nothing is swapped yet. */
export function startSession(tf: Tf): Session {
  const session: Session = {
    tf,
    backends: [],
    wanted: {algorithm: 'auto', accuracy: 'standard'},
    plan: 'auto',
    engineOptions: {},
    kernels: new Swaps(
      kernelRegistry(tf),
      (_key, named) => {
        const {kernelName, backendName} = named;
        if (!replacedOn(backendName).includes(kernelName) || !session.backends.includes(backendName)) return undefined;
        // The original's setupFunc and disposeFunc go along: the stock kernels may be needed again after uninstall.
        const setupFunc: KernelConfig['setupFunc'] = (backend) => {
          guardMemory(backend);
          named.setupFunc?.(backend);
        };
        const ours = {...named, kernelFunc: kernelFunc(session, kernelName, backendName)};
        return servedAs(backendName) === 'wasm' ? {...ours, setupFunc} : ours;
      },
      // Not every backend has all of them: wasm lacks Conv2DBackpropFilter.
      (key) => replacedOn(backendOf(key)).map((name) => kernelKey(name, backendOf(key))),
      backendOf,
      (key, from) => {
        serveAs(backendOf(key), servedAs(backendOf(from)));
        session.backends = [...new Set([...session.backends, backendOf(key)])];
      },
    ),
    gradients: new Swaps(gradientRegistry(tf), (key) => {
      const repaired = repairedGradients[key];
      if (repaired) return session.repairsGradients ? repaired(tf) : undefined;
      const configs = kinds.flatMap((kind) => gradientConfigs(tf, kind, builtinNames[kind]));
      const ours = configs.find(({kernelName}) => kernelName === key);
      const isServed = () => session.kernels.has(kernelKey(key, tf.getBackend()));
      return ours && whereServed(ours, isServed, () => session.gradients.original(key));
    }),
    layers: new MethodSwaps(),
    engine: new MethodSwaps(),
    servesLayers: true,
    repairsGradients: true,
    callsBefore: new Map(callCounts()),
    fallbacksBefore: fallbackCounts(),
  };
  sessions.set(tf.engine(), session);
  return session;
}

/** Ends every session: all originals go back. */
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
  const repaired = repairedKernels[servedAs(backendName)]?.[kernelName];
  if (repaired) return repaired(session.tf);
  const wanted = () => session.wanted;
  const builtin = stockKernels(session.tf, backendName);
  const found = passOf(kernelName);
  if (found) return passKernels(session.tf, found.kind, backendName, wanted, builtin)[found.pass];
  const kind = kinds.find((one) => fusedNames[one] === kernelName) as Kind;
  return fusedKernel(session.tf, kind, backendName, wanted, builtin);
}

/** Finds tfjs's own kernels at the time of a call: the one that convgrad replaced, else the one that is registered; not convgrad's, not another copy's either. */
export function stockKernels(tf: Tf, backendName: string): FindBuiltin {
  return (kernelName) => {
    const key = kernelKey(kernelName, backendName); // here, so that no call builds it
    return () => {
      const replaced = currentSession(tf)?.kernels.original(key);
      const func = (replaced ?? (tf.getKernel(kernelName, backendName) as KernelConfig | undefined))?.kernelFunc;
      return isOurs(func) ? undefined : func;
    };
  };
}
