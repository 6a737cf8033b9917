import type {ImportedCalls} from '../verify/imports/imported.js';
import type {Progress, ReportedOptions, VerifyOptions} from '../verify/options/options.js';
import type {CounterHits} from '../verify/proof/coverage.js';
import {environmentOf, mergeEnvironments} from '../verify/report/environment.js';
import {makeReport, type VerifyReport} from '../verify/report/report.js';
import {Tally} from '../verify/report/tally.js';
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
 * Runs one backend after another, and collects results as they arrive. If a run ends early, its results until then are in the
 * report.
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
  const backends: string[] = [];
  let environment = environmentOf([]);
  const counters: CounterHits[] = [];
  const imported = new Map(unreached.map((row) => [row.title, row]));
  const late = new Set<string>();
  let whole = true;
  let covering = true;
  const report = (interrupted: boolean) =>
    makeReport({...reported, backends: [...backends]}, environment, tally, seconds(), interrupted, {
      coverage: {counters: [...counters], complete: covering},
      imported: [...imported.values()],
      late: [...late],
    });
  for (const [i, {backend, run}] of runs.entries()) {
    backends.push(backend);
    try {
      const finished = await run({
        ...options,
        ...timeLeft(options.timeBudget, seconds(), runs.length - i),
        backends: [backend],
        signal,
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
      if (finished.interrupted) whole = false;
    } catch (error) {
      whole = false;
      if (!onError(error, backend)) break;
    }
    if (signal.aborted || (options.bail && tally.total('failed') > 0)) break;
  }
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
