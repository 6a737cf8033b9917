import {bench} from '../bench/bench.js';
import {mergeReports} from '../bench/mergeReports.js';
import type {BenchOptions} from '../bench/options.js';
import type {BenchReport} from '../bench/report.js';
import {benchSteps} from '../bench/steps/benchSteps.js';
import type {BrowserOptions} from './browser/launchBrowser.js';
import {inPage} from './inPage.js';
import {locateBackend} from './locateBackend.js';
import type {BenchPageOptions, PageGlobals} from './page.js';
import {timeLeft} from './runAll.js';
import {UnavailableError} from './usage.js';

/** The timing of one backend, in this process or in a browser. */
export interface BenchRun {
  backend: string;
  run(options: BenchOptions): Promise<BenchReport>;
}

/**
 * Plans where to time each backend. Unavailable backends that the user did not name are left out with a note. @throws
 * UnavailableError when a named backend is unavailable
 */
export async function planBench(
  {backends, steps}: BenchOptions & {backends: readonly string[]},
  {named, page}: {named: boolean; page: BrowserOptions},
): Promise<BenchRun[]> {
  const runs: BenchRun[] = [];
  for (const backend of backends) {
    const where = await locateBackend(backend, page.executablePath);
    if (where.place === 'here') runs.push({backend, run: steps ? benchSteps : bench});
    else if (where.place === 'page') runs.push({backend, run: (options) => benchInPage(options, page)});
    else if (named) throw new UnavailableError(`backend '${backend}' is not available: ${where.advice}`);
    else console.error(`${backend} is not timed: ${where.advice}`);
  }
  return runs;
}

/**
 * Times one backend after another.
 * @returns the merged report, and the error that ended a run early, if any
 * @throws the error of the first run, if it ended before there was anything to report
 */
export async function runBenchOnEach(
  runs: readonly BenchRun[],
  options: BenchOptions,
): Promise<{report: BenchReport; error?: unknown}> {
  const start = performance.now();
  const done: BenchReport[] = [];
  const all = (more: readonly BenchReport[] = []) =>
    mergeReports([...done, ...more] as unknown as [BenchReport], runs.length);
  for (const [i, {backend, run}] of runs.entries()) {
    let sofar: (() => BenchReport) | undefined;
    const left = timeLeft(options.timeBudget, (performance.now() - start) / 1000, runs.length - i);
    try {
      const report = await run({
        ...{...options, ...left, backends: [backend]},
        onReport(report) {
          sofar = report;
          options.onReport?.(() => all([report()]));
        },
      });
      done.push(report);
    } catch (error) {
      if (sofar) done.push(sofar());
      if (done.length === 0) throw error;
      return {report: all(), error};
    }
    if (options.signal?.aborted) break;
  }
  return {report: all()};
}

/** Runs `bench()` in a page of a headless browser. The page sends a report after each row, so a crash loses none. */
function benchInPage(
  {signal, onProgress, onReport, peer, ...rest}: BenchOptions,
  setup: BrowserOptions,
): Promise<BenchReport> {
  return inPage({browser: setup.executablePath, gpu: setup.gpu, backend: rest.backends?.[0], signal}, async (page) => {
    await page.exposeFunction('convgradBenching', (...[progress]: Parameters<PageGlobals['convgradBenching']>) =>
      onProgress?.(progress),
    );
    await page.exposeFunction('convgradBenched', (report: BenchReport) => onReport?.(() => report));
    const given: BenchPageOptions = rest;
    return page.evaluate((options) => (globalThis as unknown as PageGlobals).convgrad.time(options), given);
  });
}
