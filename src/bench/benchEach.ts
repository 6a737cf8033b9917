import * as tf from '@tensorflow/tfjs-core';
import {type InstallOptions, install} from '../plugin/install.js';
import {saveInstallation} from '../plugin/saveInstallation.js';
import {engineOf} from '../plugin/select.js';
import {environmentOf} from '../verify/report/environment.js';
import {activateBackend} from '../verify/run/fixture.js';
import type {Clock} from './clock.js';
import type {BenchOptions} from './options.js';
import {settleEngine} from './peak.js';
import type {BenchReport, makeReport, ReportedBenchOptions} from './report.js';

type ReportParts = Parameters<typeof makeReport>;

/** A series of jobs that is timed on each backend, one row per job. */
export interface BenchSeries<Job, Row> {
  jobs: readonly Job[];
  /** Options of convgrad's installation, besides the engine and its threads. */
  installation?: InstallOptions;
  /**
   * Prepares what all jobs share on a backend, which is now the active one. @returns a function that gives a job's name and its
   * measurement
   */
  open(backend: string): Promise<(job: Job) => {name: string; row(): Promise<Row>}>;
  report(
    environment: ReportParts[1],
    engines: ReportParts[2],
    rows: readonly Row[],
    state: ReportParts[4],
  ): BenchReport;
}

/**
 * Times a series on one backend after another, each in its share of the time. Afterwards it restores tfjs's active backend and
 * the installation.
 *
 * @throws ConvgradError on a backend that this process does not have
 */
export async function benchEach<Job, Row>(
  {jobs, installation, open, report}: BenchSeries<Job, Row>,
  {backends, engine, threads, timeBudget = Number.POSITIVE_INFINITY}: ReportedBenchOptions,
  {signal, onProgress, onReport}: BenchOptions,
  clock: Clock,
): Promise<BenchReport> {
  const start = clock.now();
  const seconds = () => (clock.now() - start) / 1000;
  const rows: Row[] = [];
  const engines: Record<string, string> = {};
  const begun: string[] = [];
  const reportSoFar = (interrupted: boolean) => {
    const left = backends.length * jobs.length - rows.length;
    return report(environmentOf(begun), engines, rows, {left, seconds: seconds(), interrupted});
  };
  const restore = saveInstallation();
  try {
    for (const [i, backend] of backends.entries()) {
      await activateBackend(backend);
      begun.push(backend);
      install({tf, engine, threads, ...installation});
      await settleEngine(backend, clock);
      const name = engineOf(backend)?.name;
      if (name) engines[backend] = name;
      const measurementOf = await open(backend);
      const end = seconds() + (timeBudget - seconds()) / (backends.length - i);
      for (const [done, job] of jobs.entries()) {
        if (signal?.aborted || seconds() > end) break;
        const {name: problem, row} = measurementOf(job);
        onProgress?.({backend, problem, done, total: jobs.length});
        const measured = await row();
        if (signal?.aborted) break;
        rows.push(measured);
        onReport?.(() => reportSoFar(true));
        await clock.nextTask();
      }
    }
    // The report is made here, while the engine is still the one that was timed.
    return reportSoFar(signal?.aborted === true);
  } finally {
    await restore();
  }
}
