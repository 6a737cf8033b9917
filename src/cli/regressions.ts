import {existsSync, readFileSync} from 'node:fs';
import {ConvgradError} from '../geometry/error.js';
import {formatProblem, parseProblem} from '../geometry/problem.js';
import {casesOf} from '../verify/cases/index.js';
import type {VerifyReport} from '../verify/report.js';
import {writeWholeIn} from './wholeFile.js';

/** Problems kept; the oldest go first. */
const kept = 100;
/** Problems taken from one run: where much is broken, more say nothing new. */
const keptOfRun = 20;

/** The problems that failed once; none without the file. @throws ConvgradError when the file is not what `saveRegressions` writes */
export function readRegressions(path: string): string[] {
  if (!existsSync(path)) return [];
  try {
    const {problems} = JSON.parse(readFileSync(path, 'utf8')) as {problems: string[]};
    if (!Array.isArray(problems)) throw new Error('it has no list of problems');
    for (const problem of problems) parseProblem(String(problem));
    return [...new Set(problems)];
  } catch (error) {
    const why = (error as Error).message.replace(/\.$/, '');
    throw new ConvgradError('regressions', `${path}: ${why}; repair or delete it, or pass --no-regressions.`);
  }
}

/** Puts the problems that failed in a run, and what they shrank to, before those that are there. Those with a name are in every run anyway. */
export function saveRegressions(path: string, {results}: VerifyReport): void {
  const failed = results.filter(({status}) => status === 'failed');
  const found = failed.flatMap(({problem, diagnosis}) => [...(diagnosis ? [diagnosis.smallest.problem] : []), problem]);
  const random = casesOf([...new Set(found)]).filter(({name}) => name === undefined);
  const fresh = random.map(({problem}) => formatProblem(problem)).slice(0, keptOfRun);
  if (fresh.length === 0) return;
  const problems = [...new Set([...fresh, ...readRegressions(path)])].slice(0, kept);
  writeWholeIn(path, `${JSON.stringify({version: 1, problems}, null, 1)}\n`);
}
