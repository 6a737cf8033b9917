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

/** Who serves one kernel, gradient or layer class of tfjs. 'not imported' means that nothing is registered under the name. */
export type ServedBy = 'convgrad' | 'not imported' | 'registered over by others' | 'built-in';

/** What `installation.report()` returns; plain data. All counts are since `install()`. */
export interface InstallationReport {
  /** Whether convgrad is installed in this copy of tfjs. */
  installed: boolean;
  /** The name of tfjs's active backend; empty when none is active. */
  backend: string;
  /** Whether convgrad serves every pass of every kind on the active backend, with the requested algorithm. */
  serving: boolean;
  /** The report in one line of text. */
  summary: string;
  /** The kernels that convgrad replaces on the installed backends, and who serves each. */
  kernels: {backend: string; kernel: string; servedBy: ServedBy}[];
  /** The gradients of convolutions that convgrad replaces, and who serves each. */
  gradients: {kernel: string; servedBy: ServedBy}[];
  /** The gradients of other operations that `install()` repairs; 'built-in' or 'not imported' with `repairGradients: false`. */
  repairedGradients: {kernel: string; servedBy: ServedBy}[];
  /** The classes of `tf.layers` that `install()` patches; 'built-in' with `layers: false`. */
  layers: {layer: string; servedBy: ServedBy}[];
  /** The calls that convgrad's algorithms served since `install()`. */
  calls: {backend: string; algorithm: string; pass: Pass; calls: number}[];
  /**
   * The calls that convgrad delegated to tfjs's own kernels since `install()`. It delegates where they are chosen and, given the
   * resolved geometry, right.
   */
  builtin: {backend: string; pass: Pass; calls: number}[];
  /** The calls since `install()` that an algorithm other than the requested one served. */
  fallbacks: Fallback[];
  /** The algorithms that were chosen by predicted times. Pass it to `install({plan})`, and another run computes the same bits. */
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

/** The plan contains the engine as soon as it contains a choice. */
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
  const fell = fellBack ? `, ${fellBack} served by an algorithm other than the requested one` : '';
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
