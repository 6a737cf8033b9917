import {environmentOf} from '../verify/environment.js';
import type {Progress, ReportedOptions, VerifyOptions} from '../verify/options.js';
import {makeReport, mergeReports, type VerifyReport} from '../verify/report.js';
import type {VerifyResult} from '../verify/result.js';
import type {Run} from './planRuns.js';

/** What happens around the runs. */
export interface Surroundings {
  signal: AbortSignal;
  onProgress(progress: Progress): void;
  /** Called after every case with a way to make the report of all cases so far. */
  onCase(report: () => VerifyReport): void;
  /** A run ended by an exception. @returns whether to go on with the next backend */
  onError(error: unknown, backend: string): boolean;
}

/**
 * Runs one backend after the other, and collects results as they come: whatever ends a run, what it found until then is in the report.
 */
export async function runAll(
  runs: readonly Run[],
  options: VerifyOptions,
  reported: ReportedOptions,
  {signal, onProgress, onCase, onError}: Surroundings,
): Promise<VerifyReport> {
  const reports: VerifyReport[] = [makeReport({...reported, backends: []}, environmentOf([]), [], 0)];
  for (const {backend, run} of runs) {
    const results: VerifyResult[] = [];
    const start = performance.now();
    const sofar = () =>
      makeReport(
        {...reported, backends: [backend]},
        environmentOf([]),
        results,
        (performance.now() - start) / 1000,
        true,
      );
    try {
      const report = await run({
        ...options,
        backends: [backend],
        signal,
        onProgress,
        onResults(found) {
          results.push(...found);
          onCase(() => mergeReports([...reports, sofar()]));
        },
      });
      reports.push({...report, results});
    } catch (error) {
      if (results.length > 0) reports.push(sofar());
      if (!onError(error, backend)) break;
    }
    if (signal.aborted || (options.bail && results.some(({status}) => status === 'failed'))) break;
  }
  return mergeReports(reports);
}
