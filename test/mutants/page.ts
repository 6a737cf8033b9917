// The page in which mutants of webgl and webgpu are judged.
import {type MutantOutcome, type MutantScore, type NamedScoreOptions, scoreNamed} from './score.js';

export interface MutantPage {
  /** A function of the command line, which shows progress. */
  mutantJudged(outcome: MutantOutcome, done: number, total: number): void;
}

/** Runs {@link scoreNamed} in the page. */
export function score(options: Omit<NamedScoreOptions, 'onOutcome'>): Promise<MutantScore> {
  const page = globalThis as unknown as MutantPage;
  return scoreNamed({...options, onOutcome: (...outcome) => page.mutantJudged(...outcome)});
}
