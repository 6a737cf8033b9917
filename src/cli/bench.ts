import type {CAC} from 'cac';
import pico from 'picocolors';
import {compareReports} from '../bench/compareReports.js';
import {type BenchOptions, defaultBackends, defaultRounds} from '../bench/options.js';
import type {BenchReport} from '../bench/report.js';
import {engineNames} from '../engine/index.js';
import {servedBackends} from '../plugin/select.js';
import {describeComparison, readReport} from './benchCompare.js';
import {readFlags} from './benchFlags.js';
import {type BenchRun, planBench, runBench} from './benchRuns.js';
import {describeBench} from './benchTable.js';
import {asTyped, type RawFlags} from './flags.js';
import {abortOnInterrupt} from './interrupt.js';
import {loadPeer} from './loadPeer.js';
import {showProgress} from './progress.js';
import {quietTfjs} from './quietTfjs.js';
import {ReportFile} from './reportFile.js';
import {exitCodes, messageOf, UnavailableError} from './usage.js';

/** Adds the command `bench`. */
export function defineBench(cli: CAC): void {
  cli
    .command('bench', 'Time convolutions and their gradients beside tfjs’s own and the machine’s peak')
    .option(
      '--backend <names>',
      `tfjs backends of ${servedBackends().join(', ')}, with commas (${defaultBackends.join(',')})`,
    )
    .option('--layers <names>', 'Layers with a word that begins like one of these')
    .option('--steps', 'Training steps of whole networks instead of layers; --layers then chooses networks')
    .option('--problem <text>', 'This problem string instead of layers; may be repeated')
    .option('--pass <names>', 'forward, backpropInput, backpropFilter')
    .option('--cases <n>', 'So many random layers instead')
    .option(
      '--algorithm <name>',
      'Convgrad’s algorithm; by default the one that is chosen, with all the others beside it',
    )
    .option('--accuracy <name>', 'As install({accuracy}) takes it (standard)')
    .option('--filters <how>', 'new in each call, as in training, or constant, as in a model that predicts (new)')
    .option('--peer <package>', 'Native code to time beside forward passes on cpu and wasm: onnxruntime-node')
    .option('--engine <name>', `What computes: auto, ${engineNames.join(', ')}`)
    .option('--threads <n>', 'Threads that compute (1)')
    .option('--browser <path>', 'The browser for backends of GPUs')
    .option('--gpu', 'Let the browser use the GPU of this machine instead of software rendering')
    .option('--rounds <n>', `How often every row is measured (${defaultRounds})`)
    .option('--seed <n>', 'Decides the data (1)')
    .option('--time-budget <seconds>', 'Leave out the rows that are not begun by then')
    .option('--json <file>', 'Write the report as JSON')
    .option(
      '--compare <file>',
      'An older report: exit code 1 when a row got slower by more than the noise of the rounds',
    )
    .option('--no-color', 'No colours')
    .action((flags: RawFlags) => timeAll(asTyped(flags)));
}

/** Runs the command. @returns the exit code */
async function timeAll(raw: RawFlags): Promise<number> {
  const {options: given, named, peer: peerName, json, compare, color, page} = readFlags(raw);
  // Read before anything is written: both may be one file.
  const old = compare === undefined ? undefined : readReport(compare, '--compare');
  const file = json === undefined ? undefined : new ReportFile<BenchReport>(json, '--json', jsonOf);
  const signal = abortOnInterrupt();
  const runs = await planBench(given, {named, page});
  await quietTfjs();
  const peer = peerName === undefined ? undefined : await loadPeer(peerName, given.threads ?? 1);
  if (typeof peer === 'string') console.error(`${peerName} is not timed: ${peer}`);
  const {report, error} = await run(runs, {...given, ...(typeof peer === 'object' ? {peer} : {}), signal}, file);
  // First the table: it must not be lost because a disk is full.
  const colors = pico.createColors(color && process.stdout.isTTY === true && !process.env.NO_COLOR);
  console.log(describeBench(report, colors));
  const comparison = old && compareReports(old, report);
  if (comparison) console.log(`\n${describeComparison(comparison, compare!, colors)}`);
  file?.write(report);
  if (signal.aborted) return exitCodes.interrupted;
  if (error !== undefined) {
    console.error(messageOf(error) ?? error);
    return error instanceof UnavailableError ? exitCodes.unavailable : exitCodes.mismatch;
  }
  const slower = comparison?.changes.some((change) => change.slower) ?? false;
  return report.summary.measured > 0 && !slower ? exitCodes.good : exitCodes.mismatch;
}

async function run(runs: readonly BenchRun[], options: BenchOptions, file: ReportFile<BenchReport> | undefined) {
  const progress = showProgress(process.stderr);
  try {
    return await runBench(runs, {
      ...options,
      onProgress: progress.update,
      onReport: (sofar) => file?.keepUp(sofar),
    });
  } finally {
    progress.stop();
  }
}

function jsonOf(report: BenchReport): string {
  return `${JSON.stringify(report, undefined, 1)}\n`;
}
