import {engineInUse} from '../engine/index.js';
import type {Pass} from '../geometry/pass.js';
import {builtinName} from './builtinImplementation.js';
import {callCounts, type Fallback, fallbackCounts} from './callCounts.js';
import {isOurs} from './kernels.js';
import {layerPrototypes} from './layers.js';
import {cachedChoices, type Plan} from './planCache.js';
import {repairedGradients} from './repairedGradients.js';
import {refusalOf} from './select.js';
import {currentSession, replacedGradients, replacedKernelsOn} from './session.js';
import type {Tf} from './tfjs.js';

/** Where one kernel, gradient or layer class of tfjs stands. */
export type ServedBy = 'convgrad' | 'not imported' | 'registered over by others' | 'built-in';

/** What `installation.report()` tells; plain data. */
export interface InstallationReport {
  installed: boolean;
  /** The active backend of tfjs, and whether convgrad serves every pass of every kind there, by what it is asked for. */
  backend: string;
  serving: boolean;
  /** One line for people. */
  summary: string;
  kernels: {backend: string; kernel: string; servedBy: ServedBy}[];
  gradients: {kernel: string; servedBy: ServedBy}[];
  /** Gradients of other operations that `install()` repairs; 'built-in' or 'not imported' under `repairGradients: false`. */
  repairedGradients: {kernel: string; servedBy: ServedBy}[];
  /** The classes of tf.layers that `install()` patches; 'built-in' under `layers: false`. */
  layers: {layer: string; servedBy: ServedBy}[];
  /** Calls served by convgrad since `install()`. */
  calls: {backend: string; algorithm: string; pass: Pass; calls: number}[];
  /** Calls delegated to tfjs's own kernels since `install()`, where those are faster and, told the right geometry, right. */
  builtin: {backend: string; pass: Pass; calls: number}[];
  /** Calls that another algorithm served than the one asked for, since `install()`. */
  fallbacks: Fallback[];
  /** What was chosen by predicted times since `install()`; `install({plan})` takes it, and another run then computes the same bits. */
  plan: Plan;
}

export function makeReport(tf: Tf): InstallationReport {
  const session = currentSession(tf);
  const kernels = (session?.backends ?? []).flatMap((backend) =>
    replacedKernelsOn(backend).map((kernel) => {
      const active = tf.getKernel(kernel, backend);
      return {backend, kernel, servedBy: servedBy(active?.kernelFunc, true)};
    }),
  );
  const gradientsOf = (names: readonly string[], replaced: boolean) =>
    (session ? names : []).map((kernel) => ({kernel, servedBy: servedBy(tf.getGradient(kernel)?.gradFunc, replaced)}));
  const gradients = gradientsOf(replacedGradients, true);
  const repaired = gradientsOf(Object.keys(repairedGradients), session?.repairsGradients ?? false);
  const layers = (session ? layerPrototypes(tf) : []).map(({layer, prototype}) => ({
    layer,
    servedBy: servedBy((prototype as {call?: unknown} | undefined)?.call, session?.patchesLayers ?? false),
  }));
  const counts = [...callCounts()]
    .map(([key, count]) => {
      const [backend, algorithm, pass] = key.split('/') as [string, string, Pass];
      return {backend, algorithm, pass, calls: count - (session?.callsBefore.get(key) ?? 0)};
    })
    .filter((row) => session !== undefined && row.calls > 0);
  const calls = counts.filter(({algorithm}) => algorithm !== builtinName);
  const builtin = counts.flatMap(({algorithm, ...row}) => (algorithm === builtinName ? [row] : []));
  const before = new Map(session?.fallbacksBefore.map((fallback) => [fallbackKey(fallback), fallback.calls]));
  const fallbacks = (session ? fallbackCounts() : [])
    .map((fallback) => ({...fallback, calls: fallback.calls - (before.get(fallbackKey(fallback)) ?? 0)}))
    .filter((fallback) => fallback.calls > 0);
  const backend = tf.getBackend() ?? '';
  const here = kernels.filter((kernel) => kernel.backend === backend);
  const refused = session && refusalOf(backend, session.requested);
  const serving = !refused && here.length > 0 && [...here, ...gradients].every(({servedBy}) => servedBy === 'convgrad');
  const report = {
    installed: session !== undefined,
    backend,
    serving,
    kernels,
    gradients,
    repairedGradients: repaired,
    layers,
    calls,
    builtin,
    fallbacks,
    plan: planOf(session !== undefined),
  };
  return {...report, summary: `${summarise(report)}${refused ? ` (${refused})` : ''}.`};
}

function servedBy(active: unknown, replaced: boolean): ServedBy {
  if (isOurs(active)) return 'convgrad';
  if (!active) return 'not imported';
  return replaced ? 'registered over by others' : 'built-in';
}

/** The engine goes along once it computed something. */
function planOf(installed: boolean): Plan {
  const choices = installed ? cachedChoices() : {};
  const engine = Object.keys(choices).length > 0 ? engineInUse() : undefined;
  return {...(engine === undefined ? {} : {engine}), choices};
}

function fallbackKey({backend, pass, requested, served, reason}: Fallback): string {
  return [backend, pass, requested, served, reason].join('/');
}

function summarise(report: Omit<InstallationReport, 'summary'>): string {
  const {installed, backend, serving, kernels, layers, calls, builtin} = report;
  if (!installed) return 'convgrad is not installed; call install()';
  const [total, delegated] = [calls, builtin].map((rows) => rows.reduce((sum, row) => sum + row.calls, 0));
  const fellBack = report.fallbacks.reduce((sum, row) => sum + row.calls, 0);
  const fell = fellBack ? `, ${fellBack} served by another algorithm than the one asked for` : '';
  const patched = layers.filter(({servedBy}) => servedBy === 'convgrad').length;
  const perBackend = [...new Set(kernels.map((kernel) => kernel.backend))].map((name) => {
    const rows = kernels.filter((kernel) => kernel.backend === name);
    const ours = rows.filter(({servedBy}) => servedBy === 'convgrad').length;
    return ours === 0 && rows.every(({servedBy}) => servedBy === 'not imported')
      ? `${name} is not imported`
      : `${name} ${ours}/${rows.length} kernels`;
  });
  const active =
    backend === '' ? 'no backend is active yet' : `the active backend ${backend} is ${serving ? '' : 'not '}served`;
  return `convgrad: ${perBackend.join(', ')}, ${patched}/${layers.length} layer classes; ${total} call${total === 1 ? '' : 's'} since install()${delegated ? `, ${delegated} more delegated to the built-in` : ''}${fell}; ${active}`;
}
