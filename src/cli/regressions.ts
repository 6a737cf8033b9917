import {readFileSync, statSync} from 'node:fs';
import {ConvgradError} from '../geometry/error.js';
import {flopsOf, sizeOf} from '../geometry/pass.js';
import {formatProblem, type Problem, parseProblem, problemInfo} from '../geometry/problem.js';
import {casesOf} from '../verify/cases/index.js';
import type {VerifyReport} from '../verify/report/report.js';
import {writeAtomicallyIn} from './atomicFile.js';

/** The number of problems that are kept; the oldest are dropped first. */
const maxProblems = 100;
/** The number of problems that are taken from one run. If much is broken, more problems say nothing new. */
const maxPerRun = 20;
/** The largest file that is read, in bytes; a hundred problems take 10 kB. */
const maxBytes = 2 ** 20;
/**
 * The largest number of elements in all tensors of a problem, and of operations per pass. Every run begins with these problems,
 * so they must stay cheap.
 */
const maxElements = 2 ** 26;
const maxFlops = 2 ** 37;

/**
 * The problems that failed in earlier runs; none if the file does not exist. @throws ConvgradError when the file is not one of
 * `saveRegressions`
 */
export function readRegressions(path: string): string[] {
  return read(path).problems;
}

/**
 * Saves the problems that failed in a run, and the problems that they shrank to, before the saved ones. Named problems are left
 * out, because every run has them.
 */
export function saveRegressions(path: string, {results}: VerifyReport): void {
  const failed = results.filter(({status}) => status === 'failed');
  const found = failed.flatMap(({problem, diagnosis}) => [...(diagnosis ? [diagnosis.smallest.problem] : []), problem]);
  const random = casesOf([...new Set(found)]).filter(({name, problem}) => name === undefined && !tooLarge(problem));
  const fresh = random.map(({problem}) => formatProblem(problem)).slice(0, maxPerRun);
  if (fresh.length === 0) return;
  const present = read(path);
  const problems = [...new Set([...fresh, ...present.problems])].slice(0, maxProblems);
  writeAtomicallyIn(path, `${JSON.stringify({version: 1, ...present, problems}, null, 1)}\n`);
}

/** The whole content of the file, including fields other than the problems. */
function read(path: string): {problems: string[]} {
  try {
    const present = statSync(path, {throwIfNoEntry: false});
    if (!present) return {problems: []};
    // Reading a pipe would wait forever.
    if (!present.isFile()) throw new Error('it is not a file');
    if (present.size > maxBytes) throw new Error(`it has ${present.size} bytes; the limit is ${maxBytes}`);
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof content !== 'object' || content === null) throw new Error('it is not a JSON object');
    const {version = 1, problems} = content as {version?: unknown; problems?: unknown};
    if (version !== 1) throw new Error(`it has version ${JSON.stringify(version)} instead of 1`);
    if (!Array.isArray(problems)) throw new Error('it has no list of problems');
    problems.forEach(check);
    return {...content, problems: [...new Set(problems as string[])]};
  } catch (error) {
    const why = (error as Error).message.replace(/\.$/, '');
    throw new ConvgradError('regressions', `${path}: ${why}; repair or delete it, or pass --no-regressions.`);
  }
}

function check(problem: unknown, index: number): void {
  if (typeof problem !== 'string')
    throw new Error(`problem ${index + 1} is ${JSON.stringify(problem).slice(0, 60)} instead of text`);
  const reason = tooLarge(parseProblem(problem));
  if (reason) throw new Error(`'${problem}' ${reason}`);
}

/** Why a problem is too large to begin every run with; undefined when it is not. */
function tooLarge(problem: Problem): string | undefined {
  if (problem.batch === 0) return undefined;
  const info = problemInfo(problem);
  const elements = (['x', 'filter', 'y'] as const).reduce((sum, name) => sum + sizeOf(info, name), 0);
  if (elements > maxElements) return `has ${elements} elements; the limit for a saved problem is ${maxElements}`;
  const flops = flopsOf(info);
  return flops > maxFlops ? `takes ${flops} operations; the limit for a saved problem is ${maxFlops}` : undefined;
}
