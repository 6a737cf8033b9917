import type {ImportedCalls} from '../verify/imports/imported.js';
import type {Progress, ReportedOptions, VerifyOptions} from '../verify/options/options.js';
import type {CounterHits} from '../verify/proof/coverage.js';
import {environmentOf, mergeEnvironments} from '../verify/report/environment.js';
import {makeReport, type VerifyReport} from '../verify/report/report.js';
import {Tally} from '../verify/report/tally.js';
import {groupBy} from './groupBy.js';
import type {BackendRun} from './planRuns.js';

/** The callbacks and conditions of the runs. */
export interface RunHandlers {
  /** The kernels that modules registered for backends without a run. */
  unreached?: readonly ImportedCalls[];
  signal: AbortSignal;
  onProgress(progress: Progress): void;
  /** Called after every case, with a function that makes the report of all cases so far. */
  onCase(report: () => VerifyReport): void;
  /** Called when a run ended by an exception. @returns whether to go on with the next backend */
  onError(error: unknown, backend: string): boolean;
}

/**
 * Runs the backends and collects results as they arrive. Those in pages run beside those in this process, one after another in each place.
 * If a run ends early, its results until then are in the report.
 */
export async function runAll(
  runs: readonly BackendRun[],
  options: VerifyOptions,
  reported: ReportedOptions,
  {unreached = [], signal, onProgress, onCase, onError}: RunHandlers,
): Promise<VerifyReport> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const tally = new Tally();
  const begun = new Set<string>();
  let environment = environmentOf([]);
  const counters: CounterHits[] = [];
  const imported = new Map(unreached.map((row) => [row.title, row]));
  const late = new Set<string>();
  let whole = true;
  let covering = true;
  const backends = () => runs.map(({backend}) => backend).filter((backend) => begun.has(backend));
  const report = (interrupted: boolean) =>
    makeReport({...reported, backends: backends()}, environment, tally, seconds(), interrupted, {
      coverage: {counters: [...counters], complete: covering},
      imported: [...imported.values()],
      late: [...late],
    });
  // Ends the runs in the other place too.
  const stop = new AbortController();
  const abort = () => stop.abort();
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();

  const runOne = async ({backend, run}: BackendRun, left: {timeBudget?: number}) => {
    begun.add(backend);
    try {
      const finished = await run({
        ...options,
        ...left,
        backends: [backend],
        signal: stop.signal,
        onProgress,
        onResults(found) {
          tally.add(found);
          onCase(() => report(true));
        },
      });
      environment = mergeEnvironments([environment, finished.environment]);
      counters.push(...finished.coverage.counters);
      covering &&= finished.coverage.complete;
      for (const row of finished.imported ?? []) addCalls(imported, row);
      for (const title of finished.late ?? []) late.add(title);
      if (finished.interrupted && signal.aborted) whole = false;
    } catch (error) {
      whole = false;
      if (!onError(error, backend)) abort();
    }
    if (options.bail && tally.total('failed') > 0) abort();
  };
  const places = groupBy(runs, ({place = 'here'}) => place);
  await Promise.all(
    places.map(async (queue) => {
      for (const [i, one] of queue.entries()) {
        if (stop.signal.aborted) break;
        await runOne(one, timeLeft(options.timeBudget, seconds(), queue.length - i));
      }
    }),
  );
  signal.removeEventListener('abort', abort);
  return report(!whole);
}

/**
 * Adds up the calls of an imported gradient or kernel. A gradient has to be called on every backend, so no call on one backend
 * counts as none at all.
 */
function addCalls(all: Map<string, ImportedCalls>, row: ImportedCalls): void {
  const known = all.get(row.title);
  if (!known || row.calls === 0) all.set(row.title, row);
  else if (known.calls > 0) known.calls += row.calls;
}

/** An equal share of the time that is left. A run whose share is used up still verifies the fixed cases. */
export function timeLeft(budget: number | undefined, used: number, runs: number): {timeBudget?: number} {
  return budget === undefined ? {} : {timeBudget: Math.max(budget - used, Number.MIN_VALUE) / runs};
}
