import Table from 'cli-table3';
import {ConvgradError} from '../geometry/error.js';
import {mutantBackends} from '../verify/mutants/mutantBackends.js';
import {type Fate, type MutantScore, type ScoreOptions, scoreMutants} from '../verify/mutants/score.js';
import {numeric, type RawFlags, single} from './flags.js';
import {abortOnInterrupt} from './interrupt.js';
import {userPath} from './invocation.js';
import {showProgress} from './progress.js';
import {quietTfjs} from './quietTfjs.js';
import {exitCodes, UnavailableError} from './usage.js';
import {scoreInPage} from './verifyInPage.js';
import {whereIs} from './whereIs.js';
import {assertWritable, writeWhole} from './wholeFile.js';

/** Runs the command. @returns the exit code */
export async function runMutants(flags: RawFlags): Promise<number> {
  const [names, seed, cases, json, browser] = ['backend', 'seed', 'cases', 'json', 'browser'].map((name) =>
    single(name, flags[name]),
  );
  const file = json === undefined ? undefined : userPath(json);
  if (file) assertWritable(file, '--json');
  const runs = await plan(names?.split(','), browser === undefined ? undefined : userPath(browser));
  const signal = abortOnInterrupt();
  await quietTfjs();
  const progress = showProgress(process.stderr);
  const scores: MutantScore[] = [];
  for (const {backend, score} of runs) {
    scores.push(
      await score({
        backend,
        ...(seed === undefined ? {} : {seed: numeric(seed)}),
        ...(cases === undefined ? {} : {cases: numeric(cases)}),
        signal,
        onFate: ({mutant}, done, total) => progress.update({backend, problem: mutant, done, total}),
      }),
    );
    if (signal.aborted) break;
  }
  progress.stop();
  if (file) writeWhole(file, `${JSON.stringify(scores, undefined, 1)}\n`);
  console.log(scores.map(describeScore).join('\n\n'));
  if (signal.aborted) return exitCodes.interrupted;
  return scores.every(({killed, planted}) => killed === planted) ? exitCodes.good : exitCodes.mismatch;
}

interface Run {
  backend: string;
  score(options: ScoreOptions): Promise<MutantScore>;
}

/** What is not asked for by name is left out with a note where it is missing. @throws ConvgradError, UnavailableError on what is not there */
async function plan(named: readonly string[] | undefined, browser: string | undefined): Promise<Run[]> {
  const runs: Run[] = [];
  for (const backend of new Set(named ?? mutantBackends)) {
    if (!mutantBackends.includes(backend))
      throw new ConvgradError('--backend', `'${backend}' has no mutants; use ${mutantBackends.join(', ')}.`);
    const where = await whereIs(backend, browser);
    if (where.place === 'here') runs.push({backend, score: scoreMutants});
    else if (where.place === 'page') runs.push({backend, score: (options) => scoreInPage(options, browser)});
    else if (named) throw new UnavailableError(`backend '${backend}' is not available: ${where.advice}`);
    else console.error(`${backend} is left out: ${where.advice}`);
  }
  return runs;
}

/** Who was killed by whom and where, then the counts. */
export function describeScore({backend, fates, oracles, killed, planted, seed}: MutantScore): string {
  const table = new Table({
    head: ['mutant', backend === 'cpu' ? 'killed by' : 'killed first by', 'first on'],
    chars: {mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': ''},
    style: {head: [], border: []},
  });
  for (const fate of fates) table.push([fate.mutant, killers(fate), fate.killedBy[0]?.problem ?? '–']);
  return [
    table.toString(),
    ...Object.entries(oracles).map(([name, count]) => `${backend} ${name}: ${count} / ${planted}`),
    ...fates.filter(survived).map(({mutant, wrong}) => `${mutant} survives: ${wrong}`),
    `${backend} killed / planted: ${killed} / ${planted}, seed ${seed}`,
  ].join('\n');
}

function killers(fate: Fate): string {
  return survived(fate) ? 'nobody' : fate.killedBy.map(({oracle}) => oracle).join(', ');
}

function survived({killedBy}: Fate): boolean {
  return killedBy.length === 0;
}
