import Table from 'cli-table3';
import {quote} from '../../src/verify/reproduce/replay.js';
import type {MutantOutcome, MutantScore} from './score.js';

/**
 * A table of which oracle killed which mutant and on which problem, followed by the counts.
 * @param withReasons whether to say what each oracle saw, and the command that shows it again
 */
export function describeScore(score: MutantScore, withReasons = false): string {
  const {backend, outcomes, oracles, killed, planted, seed} = score;
  const table = new Table({
    head: ['mutant', 'killed by', 'first on'],
    chars: {mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': ''},
    style: {head: [], border: []},
  });
  for (const outcome of outcomes) table.push([outcome.mutant, killers(outcome), outcome.killedBy[0]?.problem ?? '–']);
  return [
    table.toString(),
    ...(withReasons ? outcomes.flatMap((outcome) => reasons(outcome, score)) : []),
    ...Object.entries(oracles).map(([name, count]) => `${backend} ${name}: ${count} / ${planted}`),
    ...outcomes.filter(survived).map(({mutant, wrong}) => `${mutant} survives: ${wrong}`),
    `${backend} killed / planted: ${killed} / ${planted}, seed ${seed}`,
  ].join('\n');
}

function reasons({mutant, killedBy}: MutantOutcome, {backend, seed}: MutantScore): string[] {
  return killedBy.flatMap(({oracle, problem, reason}) => {
    const flags = ['--only', mutant, '--backend', backend, '--problem', problem, '--oracle', oracle];
    const replay = [...flags, ...(seed === 1 ? [] : ['--seed', String(seed)])].map(quote).join(' ');
    return [`${mutant}: ${oracle}: ${reason}`, `  replay: npm run mutants -- ${replay}`];
  });
}

function killers(outcome: MutantOutcome): string {
  return survived(outcome) ? 'nobody' : outcome.killedBy.map(({oracle}) => oracle).join(', ');
}

function survived({killedBy}: MutantOutcome): boolean {
  return killedBy.length === 0;
}
