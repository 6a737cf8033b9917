import type {CAC} from 'cac';
import Table from 'cli-table3';
import {type Fate, type MutantScore, scoreMutants} from '../verify/mutants/score.js';
import {asTyped, numeric, type RawFlags, single} from './flags.js';
import {abortOnInterrupt} from './interrupt.js';
import {userPath} from './invocation.js';
import {showProgress} from './progress.js';
import {quietTfjs} from './quietTfjs.js';
import {exitCodes} from './usage.js';
import {assertWritable, writeWhole} from './wholeFile.js';

/** Adds the command `mutants`. */
export function defineMutants(cli: CAC): void {
  cli
    .command('mutants', 'Plant mistakes in the definition and see who finds them: the verifier’s own test')
    .option('--seed <n>', 'Decides the random problems and all data (1)')
    .option('--cases <n>', 'Random problems beside the small edge cases (10)')
    .option('--json <file>', 'Write the score as JSON')
    .option('--no-color', 'No colours; there are none')
    .action((flags: RawFlags) => runMutants(asTyped(flags)));
}

/** Runs the command. @returns the exit code */
async function runMutants(flags: RawFlags): Promise<number> {
  const [seed, cases, json] = ['seed', 'cases', 'json'].map((name) => single(name, flags[name]));
  const file = json === undefined ? undefined : userPath(json);
  if (file) assertWritable(file, '--json');
  const signal = abortOnInterrupt();
  await quietTfjs();
  const progress = showProgress(process.stderr);
  const score = await scoreMutants({
    ...(seed === undefined ? {} : {seed: numeric(seed)}),
    ...(cases === undefined ? {} : {cases: numeric(cases)}),
    signal,
    onFate: ({mutant}, done, total) => progress.update({backend: 'cpu', problem: mutant, done, total}),
  });
  progress.stop();
  if (file) writeWhole(file, `${JSON.stringify(score, undefined, 1)}\n`);
  console.log(describeScore(score));
  if (signal.aborted) return exitCodes.interrupted;
  return score.killed === score.planted ? exitCodes.good : exitCodes.mismatch;
}

/** Who was killed by whom and where, then the counts. */
export function describeScore({fates, oracles, killed, planted, seed}: MutantScore): string {
  const table = new Table({
    head: ['mutant', 'killed by', 'first on'],
    chars: {mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': ''},
    style: {head: [], border: []},
  });
  for (const fate of fates) table.push([fate.mutant, killers(fate), fate.killedBy[0]?.problem ?? '–']);
  return [
    table.toString(),
    ...Object.entries(oracles).map(([name, count]) => `${name}: ${count} / ${planted}`),
    ...fates.filter(survived).map(({mutant, wrong}) => `${mutant} survives: ${wrong}`),
    `killed / planted: ${killed} / ${planted}, seed ${seed}`,
  ].join('\n');
}

function killers(fate: Fate): string {
  return survived(fate) ? 'nobody' : fate.killedBy.map(({oracle}) => oracle).join(', ');
}

function survived({killedBy}: Fate): boolean {
  return killedBy.length === 0;
}
