import type {CAC} from 'cac';
import pico from 'picocolors';
import {bench} from '../bench/bench.js';
import {compareReports} from '../bench/compareReports.js';
import {type BenchOptions, benchedBackends, defaultRounds} from '../bench/options.js';
import type {BenchReport} from '../bench/report.js';
import {benchSteps} from '../bench/steps/benchSteps.js';
import {engineNames} from '../engine/index.js';
import {describeComparison, readReport} from './benchCompare.js';
import {readFlags} from './benchFlags.js';
import {describeBench} from './benchTable.js';
import {asTyped, type RawFlags} from './flags.js';
import {abortOnInterrupt} from './interrupt.js';
import {showProgress} from './progress.js';
import {quietTfjs} from './quietTfjs.js';
import {ReportFile} from './reportFile.js';
import {exitCodes, UnavailableError} from './usage.js';
import {whereIs} from './whereIs.js';

/** Adds the command `bench`. */
export function defineBench(cli: CAC): void {
  cli
    .command('bench', 'Time convolutions and their gradients beside tfjs’s own and the machine’s peak')
    .option('--backend <names>', `tfjs backends, with commas: ${benchedBackends.join(', ')}`)
    .option('--layers <names>', 'Layers with a word that begins like one of these')
    .option('--steps', 'Training steps of whole networks instead of layers; --layers then chooses networks')
    .option('--problem <text>', 'This problem string instead of layers; may be repeated')
    .option('--pass <names>', 'forward, backpropInput, backpropFilter')
    .option('--algorithm <name>', 'Convgrad’s algorithm; by default the one that is chosen')
    .option('--engine <name>', `What computes: auto, ${engineNames.join(', ')}`)
    .option('--threads <n>', 'Threads that compute (1)')
    .option('--rounds <n>', `How often every row is measured (${defaultRounds})`)
    .option('--seed <n>', 'Decides the data (1)')
    .option('--time-budget <seconds>', 'Leave out the rows that are not begun by then')
    .option('--json <file>', 'Write the report as JSON')
    .option(
      '--compare <file>',
      'An older report: exit code 1 when a row got slower by more than the noise of the rounds',
    )
    .option('--no-color', 'No colours')
    .action((flags: RawFlags) => runBench(asTyped(flags)));
}

/** Runs the command. @returns the exit code */
async function runBench(raw: RawFlags): Promise<number> {
  const {options: given, named, json, compare, color} = readFlags(raw);
  // Read before anything is written: both may be one file.
  const old = compare === undefined ? undefined : readReport(compare, '--compare');
  const file = json === undefined ? undefined : new ReportFile<BenchReport>(json, '--json', jsonOf);
  const signal = abortOnInterrupt();
  const options = {...given, backends: await presentOf(given.backends, named), signal};
  await quietTfjs();
  const report = await run(options, file);
  // First the table: it must not be lost because a disk is full.
  const colors = pico.createColors(color && process.stdout.isTTY === true && !process.env.NO_COLOR);
  console.log(describeBench(report, colors));
  const comparison = old && compareReports(old, report);
  if (comparison) console.log(`\n${describeComparison(comparison, compare!, colors)}`);
  file?.write(report);
  if (signal.aborted) return exitCodes.interrupted;
  const slower = comparison?.changes.some((change) => change.slower) ?? false;
  return report.summary.measured > 0 && !slower ? exitCodes.good : exitCodes.mismatch;
}

async function run(options: BenchOptions, file: ReportFile<BenchReport> | undefined): Promise<BenchReport> {
  const progress = showProgress(process.stderr);
  try {
    return await (options.steps ? benchSteps : bench)({
      ...options,
      onProgress: progress.update,
      onReport: (sofar) => file?.keepUp(sofar),
    });
  } finally {
    progress.stop();
  }
}

/** Imports what brings the backends. @throws UnavailableError when a named one is missing; others are left out with a note */
async function presentOf(backends: readonly string[], named: boolean): Promise<string[]> {
  const present: string[] = [];
  for (const backend of backends) {
    const where = await whereIs(backend);
    if (where.place === 'here') present.push(backend);
    else {
      const advice = where.place === 'nowhere' ? where.advice : 'it is not in this process.';
      if (named) throw new UnavailableError(`backend '${backend}' is not available: ${advice}`);
      console.error(`${backend} is not timed: ${advice}`);
    }
  }
  return present;
}

function jsonOf(report: BenchReport): string {
  return `${JSON.stringify(report, undefined, 1)}\n`;
}
