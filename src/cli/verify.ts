import pico from 'picocolors';
import type {ImportedCalls} from '../verify/imports/imported.js';
import {isGood, unjudged, type VerifyReport} from '../verify/report/report.js';
import {quote} from '../verify/reproduce/replay.js';
import {verify} from '../verify/verify.js';
import type {RawFlags} from './flags.js';
import {abortOnInterrupt} from './interrupt.js';
import {invocation, userPath} from './invocation.js';
import {type LoadedModules, loadModules} from './loadModules.js';
import {ModuleHost} from './moduleHost.js';
import {type BackendRun, planRuns, type RunConditions} from './planRuns.js';
import {printable} from './printable.js';
import {showProgress} from './progress.js';
import {quietTfjs} from './quietTfjs.js';
import {readRegressions, saveRegressions} from './regressions.js';
import {regressionsFile} from './regressionsFile.js';
import {ReportFile} from './reportFile.js';
import {htmlReport} from './reports/html.js';
import {jsonReport} from './reports/json.js';
import {junitReport} from './reports/junit.js';
import {rerunWith} from './rerun.js';
import {runAll} from './runAll.js';
import {exitCodes, textOf, UnavailableError} from './usage.js';
import {readFlags, type VerifyFlags} from './verifyFlags.js';
import {describeReport} from './verifyTable.js';

/** Runs the command `verify`. @returns the exit code */
export async function runVerify(raw: RawFlags): Promise<number> {
  const {files, regressions, color, details, named, browser, limit, options: given} = readFlags(raw);
  const reports = openReports(files);
  const regressionsPath = userPath(regressionsFile);
  const asked = {
    ...given,
    ...(regressions && given.problems.length === 0 ? {regressions: readRegressions(regressionsPath)} : {}),
  };
  const signal = abortOnInterrupt();
  // Without users' modules only convgrad's own code runs, so this process suffices.
  const host = given.imports.length > 0 ? new ModuleHost(given.imports, {browser, signal, limit}) : undefined;
  try {
    const loaded = host ? await host.load(asked) : (await loadModules(asked, browser)).loaded;
    const here: BackendRun['run'] = host
      ? (options) => host.verify(options)
      : (options) => verify({...options, rerun: rerunWith()});
    const tools = {
      reports,
      regressionsPath: regressions ? regressionsPath : undefined,
      color,
      details,
      signal,
      namesAlgorithms: given.algorithms.length > 0,
    };
    return await runPlanned(loaded, {here, named, browser, limit}, tools);
  } catch (error) {
    if (!signal.aborted) throw error;
    console.error(textOf(error));
    return exitCodes.interrupted;
  } finally {
    host?.close();
  }
}

/** What a run of the command needs. */
interface CommandContext {
  reports: readonly ReportFile[];
  /** Where failed problems are saved; undefined if they are not saved. */
  regressionsPath: string | undefined;
  color: boolean;
  details: boolean;
  signal: AbortSignal;
  /** Whether the user named algorithms. */
  namesAlgorithms: boolean;
}

async function runPlanned(
  {options, reported, algorithms, kernels}: LoadedModules,
  circumstances: RunConditions,
  {reports, regressionsPath, color, details, signal, namesAlgorithms}: CommandContext,
): Promise<number> {
  const {named} = circumstances;
  await quietTfjs(); // brings the backends that are looked for
  const {runs, notes} = await planRuns(options, {...circumstances, known: (backend) => algorithms[backend] ?? []});
  for (const note of notes) console.error(printable(note));

  const progress = showProgress(process.stderr, runs.length);
  let exitCode: number | undefined;
  const report = await runAll(runs, options, reported, {
    unreached: unreached(kernels, runs, namesAlgorithms),
    signal,
    onProgress: progress.update,
    onCase: (sofar) => reports.forEach((file) => void attempt(() => file.writeIfDue(sofar), 'a report is not written')),
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
  // The text comes first, so that a full disk cannot lose it.
  console.log(
    describeReport(report, {
      colors: pico.createColors(color && process.stdout.isTTY === true && !process.env.NO_COLOR),
      details,
      command: invocation('verify'),
    }),
  );
  for (const file of reports) {
    if (!attempt(() => file.write(report), 'a report is not written')) exitCode ??= exitCodes.usage;
  }
  if (regressionsPath !== undefined && report.options.installed !== false) {
    attempt(() => saveRegressions(regressionsPath, report), 'the problems that failed are not saved');
  }
  if (signal.aborted) return exitCodes.interrupted;
  return exitCode ?? exitCodeOf(report);
}

/** The kernels that modules registered for backends without a run. */
function unreached(
  kernels: LoadedModules['kernels'],
  runs: readonly BackendRun[],
  namesAlgorithms: boolean,
): ImportedCalls[] {
  return kernels
    .filter((kernel) => !runs.some(({backend}) => backend === kernel.backend))
    .map(({title}) => ({title, calls: 0, asked: !namesAlgorithms}));
}

/** The exit code. A kernel that no oracle judged is an error of usage, unless there are real failures. */
function exitCodeOf(report: VerifyReport): number {
  if (isGood(report)) return exitCodes.good;
  const {failed, vacuous} = report.summary;
  return failed + vacuous === 0 && unjudged(report).length > 0 ? exitCodes.usage : exitCodes.mismatch;
}

/** Opens the report files. @throws ConvgradError when a file cannot be written */
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

/** Writes a file at the end of a run. A failure is worth an error message, but must not end the run. */
function attempt(write: () => void, complaint: string): boolean {
  try {
    write();
    return true;
  } catch (error) {
    console.error(printable(`convgrad: ${complaint}: ${(error as Error).message}.`));
    return false;
  }
}
