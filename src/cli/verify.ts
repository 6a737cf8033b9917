import pico from 'picocolors';
import {servedBackends} from '../backends/servedBackends.js';
import {backendOf} from '../plugin/registries.js';
import type {ImportedCalls} from '../verify/imported.js';
import {type Brought, expectImports, type ImportedModule} from '../verify/imports.js';
import {defineMutant} from '../verify/mutants/index.js';
import {kernelTitle, type Registrations} from '../verify/registrations.js';
import {quote} from '../verify/replay.js';
import {isGood, unjudged, type VerifyReport} from '../verify/report.js';
import {resolveOptions} from '../verify/resolveOptions.js';
import type {RawFlags} from './flags.js';
import {importModule} from './importModule.js';
import {abortOnInterrupt} from './interrupt.js';
import {invocation, userPath} from './invocation.js';
import {planRuns, type Run} from './planRuns.js';
import {printable} from './printable.js';
import {showProgress} from './progress.js';
import {quietTfjs} from './quietTfjs.js';
import {readRegressions, saveRegressions} from './regressions.js';
import {regressionsFile} from './regressionsFile.js';
import {ReportFile} from './reportFile.js';
import {htmlReport} from './reports/html.js';
import {jsonReport} from './reports/json.js';
import {junitReport} from './reports/junit.js';
import {runAll} from './runAll.js';
import {exitCodes, textOf, UnavailableError} from './usage.js';
import {readFlags, type VerifyFlags} from './verifyFlags.js';
import {describeReport} from './verifyTable.js';
import {whereIs} from './whereIs.js';

/** Runs the command. @returns the exit code */
export async function runVerify(raw: RawFlags): Promise<number> {
  if (raw.mutant !== undefined) defineMutant(String(raw.mutant));
  const {files, regressions, color, named, browser, options: given} = readFlags(raw);
  const reports = openReports(files);
  const known = userPath(regressionsFile);
  const signal = abortOnInterrupt();
  const brought = await importAll(given.imports, given.backends, browser);
  const options = {
    ...given,
    ...(regressions && given.problems.length === 0 ? {regressions: readRegressions(known)} : {}),
    algorithms: given.algorithms.length > 0 ? given.algorithms : brought.algorithms,
    registered: brought.registered,
    ...(brought.undone ? {sabotage: 'no-install' as const} : {}),
  };
  const reported = resolveOptions(options, servedBackends());
  const {runs, notes} = await planRuns(options, {named, browser});
  for (const note of notes) console.error(printable(note));

  await quietTfjs();
  const progress = showProgress(process.stderr);
  let exitCode: number | undefined;
  const report = await runAll(runs, options, reported, {
    unreached: unreached(brought.registered, runs, given.algorithms),
    signal,
    onProgress: progress.update,
    onCase: (sofar) => reports.forEach((file) => void attempt(() => file.keepUp(sofar), 'a report is not written')),
    onError(error, backend) {
      progress.stop();
      const missing = error instanceof UnavailableError;
      console.error(missing && !named ? printable(`${backend} is not checked: ${error.message}`) : textOf(error));
      if (!missing) exitCode = exitCodes.mismatch;
      else if (named) exitCode = exitCodes.unavailable;
      return exitCode === undefined;
    },
  });
  progress.stop();
  // First the table: it must not be lost because a disk is full.
  console.log(
    describeReport(report, pico.createColors(color && process.stdout.isTTY === true && !process.env.NO_COLOR)),
  );
  for (const file of reports) {
    if (!attempt(() => file.write(report), 'a report is not written')) exitCode ??= exitCodes.usage;
  }
  if (regressions && report.options.sabotage === undefined) {
    attempt(() => saveRegressions(known, report), 'the problems that failed are not saved');
  }
  if (signal.aborted) return exitCodes.interrupted;
  return exitCode ?? exitCodeOf(report);
}

/** What modules registered for backends that are not run. Who names algorithms has chosen what is to be judged. */
function unreached({kernels}: Registrations, runs: readonly Run[], algorithms: readonly string[]): ImportedCalls[] {
  return kernels
    .filter(({key}) => !runs.some(({backend}) => backend === backendOf(key)))
    .map(({key}) => ({title: kernelTitle(key), calls: 0, asked: algorithms.length === 0}));
}

/** What could not be judged is no mismatch, unless something else is. */
function exitCodeOf(report: VerifyReport): number {
  if (isGood(report)) return exitCodes.good;
  const {failed, vacuous} = report.summary;
  return failed + vacuous === 0 && unjudged(report).length > 0 ? exitCodes.usage : exitCodes.mismatch;
}

/** @throws ConvgradError when a file cannot be written */
function openReports(files: VerifyFlags['files']): ReportFile[] {
  const words = process.argv.slice(3).map(quote);
  const commandLine = [invocation('verify'), ...words].join(' ');
  const renderers: Record<keyof typeof files, (report: VerifyReport) => string> = {
    json: jsonReport,
    junit: junitReport,
    html: (report) => htmlReport(report, commandLine),
  };
  return (Object.keys(files) as (keyof typeof files)[]).map(
    (flag) => new ReportFile(files[flag]!, `--${flag}`, renderers[flag]),
  );
}

/** Writes a file at the end of a run: that it does not work is worth a line, not the run. */
function attempt(write: () => void, complaint: string): boolean {
  try {
    write();
    return true;
  } catch (error) {
    console.error(printable(`convgrad: ${complaint}: ${(error as Error).message}.`));
    return false;
  }
}

/** Loads users' modules, after the backends, whose kernels could not be told from the modules' otherwise. */
async function importAll(files: readonly string[], backends: readonly string[], browser?: string): Promise<Brought> {
  if (files.length === 0) return {algorithms: [], registered: {kernels: [], gradients: []}, undone: false};
  for (const backend of backends) await whereIs(backend, browser);
  const takeIn = expectImports();
  const modules = new Map<string, ImportedModule>();
  for (const file of files) modules.set(file, await importModule(file));
  return takeIn(modules);
}
