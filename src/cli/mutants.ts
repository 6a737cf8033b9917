import Table from 'cli-table3';
import {ConvgradError} from '../geometry/error.js';
import {mutantBackends} from '../verify/mutants/mutantBackends.js';
import {type MutantOutcome, type MutantScore, type ScoreOptions, scoreMutants} from '../verify/mutants/score.js';
import {assertWritable, writeAtomically} from './atomicFile.js';
import {numeric, type RawFlags, single} from './flags.js';
import {abortOnInterrupt} from './interrupt.js';
import {userPath} from './invocation.js';
import {locateBackend} from './locateBackend.js';
import {showProgress} from './progress.js';
import {quietTfjs} from './quietTfjs.js';
import {exitCodes, UnavailableError} from './usage.js';
import {scoreInPage} from './verifyInPage.js';

/** Runs the command `mutants`. @returns the exit code */
export async function runMutants(flags: RawFlags): Promise<number> {
  const [names, seed, cases, json, browser] = ['backend', 'seed', 'cases', 'json', 'browser'].map((name) =>
    single(name, flags[name]),
  );
  const file = json === undefined ? undefined : userPath(json);
  if (file) assertWritable(file, '--json');
  const runs = await planMutantRuns(names?.split(','), browser === undefined ? undefined : userPath(browser));
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
        onOutcome: ({mutant}, done, total) => progress.update({backend, problem: mutant, done, total}),
      }),
    );
    if (signal.aborted) break;
  }
  progress.stop();
  if (file) writeAtomically(file, `${JSON.stringify(scores, undefined, 1)}\n`);
  console.log(scores.map(describeScore).join('\n\n'));
  if (signal.aborted) return exitCodes.interrupted;
  return scores.every(({killed, planted}) => killed === planted) ? exitCodes.good : exitCodes.mismatch;
}

interface MutantRun {
  backend: string;
  score(options: ScoreOptions): Promise<MutantScore>;
}

/**
 * Plans where to run each backend. Missing backends that the user did not name are left out with a note. @throws ConvgradError,
 * UnavailableError on a named backend without mutants, or one that is missing
 */
async function planMutantRuns(named: readonly string[] | undefined, browser: string | undefined): Promise<MutantRun[]> {
  const runs: MutantRun[] = [];
  for (const backend of new Set(named ?? mutantBackends)) {
    if (!mutantBackends.includes(backend))
      throw new ConvgradError('--backend', `'${backend}' has no mutants; use ${mutantBackends.join(', ')}.`);
    const where = await locateBackend(backend, browser);
    if (where.place === 'here') runs.push({backend, score: scoreMutants});
    else if (where.place === 'page') runs.push({backend, score: (options) => scoreInPage(options, browser)});
    else if (named) throw new UnavailableError(`backend '${backend}' is not available: ${where.advice}`);
    else console.error(`${backend} is left out: ${where.advice}`);
  }
  return runs;
}

/** A table of which oracle killed which mutant and on which problem, followed by the counts. */
export function describeScore({backend, outcomes, oracles, killed, planted, seed}: MutantScore): string {
  const table = new Table({
    head: ['mutant', backend === 'cpu' ? 'killed by' : 'killed first by', 'first on'],
    chars: {mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': ''},
    style: {head: [], border: []},
  });
  for (const outcome of outcomes) table.push([outcome.mutant, killers(outcome), outcome.killedBy[0]?.problem ?? '–']);
  return [
    table.toString(),
    ...Object.entries(oracles).map(([name, count]) => `${backend} ${name}: ${count} / ${planted}`),
    ...outcomes.filter(survived).map(({mutant, wrong}) => `${mutant} survives: ${wrong}`),
    `${backend} killed / planted: ${killed} / ${planted}, seed ${seed}`,
  ].join('\n');
}

function killers(outcome: MutantOutcome): string {
  return survived(outcome) ? 'nobody' : outcome.killedBy.map(({oracle}) => oracle).join(', ');
}

function survived({killedBy}: MutantOutcome): boolean {
  return killedBy.length === 0;
}
