import pico from 'picocolors';
import {compareReports} from '../bench/compareReports.js';
import type {BenchOptions} from '../bench/options.js';
import type {BenchReport} from '../bench/report.js';
import {describeComparison, readReport} from './benchCompare.js';
import {readFlags} from './benchFlags.js';
import {pasteBlock} from './benchPaste.js';
import {type BenchRun, planBench, runBenchOnEach} from './benchRuns.js';
import {describeSmall, timeSmall} from './benchSmall.js';
import {describeBench} from './benchTable.js';
import type {RawFlags} from './flags.js';
import {abortOnInterrupt} from './interrupt.js';
import {loadPeer} from './loadPeer.js';
import {showProgress} from './progress.js';
import {quietTfjs} from './quietTfjs.js';
import {ReportFile} from './reportFile.js';
import {exitCodes, textOf, UnavailableError} from './usage.js';

/** Runs the command `bench`. @returns the exit code */
export async function runBench(raw: RawFlags): Promise<number> {
  const {options: given, named, small, peer: peerFile, json, compare, color, page} = readFlags(raw);
  if (small) return runSmall(given, json);
  // The old report is read before anything is written, because both may be one file.
  const old = compare === undefined ? undefined : readReport(compare, '--compare');
  const file = json === undefined ? undefined : new ReportFile<BenchReport>(json, '--json', jsonOf);
  const signal = abortOnInterrupt();
  await quietTfjs(); // brings the backends that are looked for
  const runs = await planBench(given, {named, page});
  const peer = peerFile === undefined ? undefined : await loadPeer(peerFile, given.threads ?? 1);
  if (typeof peer === 'string') console.error(`The peer is not timed: ${peer}`);
  const {report, error} = await runWithProgress(
    runs,
    {...given, ...(typeof peer === 'object' ? {peer} : {}), signal},
    file,
  );
  // The table comes first, so that a full disk cannot lose it.
  const colors = pico.createColors(color && process.stdout.isTTY === true && !process.env.NO_COLOR);
  console.log(describeBench(report, colors));
  if (page.gpu === 'auto') console.log(`\n${pasteBlock(report)}`);
  const comparison = old && compareReports(old, report);
  if (comparison) console.log(`\n${describeComparison(comparison, compare!, colors)}`);
  file?.write(report);
  if (signal.aborted) return exitCodes.interrupted;
  if (error !== undefined) {
    console.error(textOf(error));
    return error instanceof UnavailableError ? exitCodes.unavailable : exitCodes.mismatch;
  }
  const slower = comparison?.changes.some((change) => change.slower) ?? false;
  return report.summary.measured > 0 && !slower ? exitCodes.good : exitCodes.mismatch;
}

async function runSmall({backends, rounds, threads}: BenchOptions & {backends: readonly string[]}, json?: string) {
  const file =
    json === undefined
      ? undefined
      : new ReportFile<object>(json, '--json', (report) => `${JSON.stringify(report, undefined, 1)}\n`);
  const signal = abortOnInterrupt();
  await quietTfjs();
  const given = {...(rounds === undefined ? {} : {rounds}), ...(threads === undefined ? {} : {threads})};
  const results = await timeSmall(backends, {...given, signal});
  console.log(describeSmall(results));
  file?.write({small: results});
  return signal.aborted ? exitCodes.interrupted : exitCodes.good;
}

async function runWithProgress(
  runs: readonly BenchRun[],
  options: BenchOptions,
  file: ReportFile<BenchReport> | undefined,
) {
  const progress = showProgress(process.stderr);
  try {
    return await runBenchOnEach(runs, {
      ...options,
      onProgress: progress.update,
      onReport: (sofar) => file?.writeIfDue(sofar),
    });
  } finally {
    progress.stop();
  }
}

function jsonOf(report: BenchReport): string {
  return `${JSON.stringify(report, undefined, 1)}\n`;
}
