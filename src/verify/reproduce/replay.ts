import {passes} from '../../geometry/pass.js';
import {fills} from '../data/fill.js';
import type {ReportedOptions} from '../options/options.js';
import {oracleNames} from '../oracles/oracle.js';
import type {VerifyResult} from '../report/result.js';

/** The command line that verifies this one result again in a new process. For a subject, it is the call of `verify` instead. */
export function replayLine(command: string, result: VerifyResult, options: ReportedOptions): string {
  const {backend, problem, pass, fill} = result;
  const {seed, subject} = options;
  if (subject !== undefined) {
    // Functions cannot be named on a command line, so the user's own program has to make the call.
    const call = {backends: [backend], problems: [problem], seed, passes: [pass], fills: [fill]};
    return `verify({subject, ${JSON.stringify(call)
      .slice(1)
      .replaceAll(/"(\w+)":/g, '$1: ')
      .replaceAll('"', "'")
      .replaceAll(',', ', ')})`;
  }
  return commandLine(command, replayWords(result, options));
}

export function commandLine(command: string, words: readonly string[]): string {
  return [command, ...words.map(quote)].join(' ');
}

/** The words of `replayLine`. */
export function replayWords(
  {backend, problem, algorithm, pass, fill, provenance}: VerifyResult,
  options: ReportedOptions,
): string[] {
  const asked = ['--problem', problem, '--seed', String(options.seed), '--algorithm', algorithm, '--pass', pass];
  return ['--backend', backend, ...asked, '--fill', fill, '--provenance', provenance, ...circumstances(options)];
}

/** The words that also run what came before a failure: the last of the earlier problems, and the failing one. */
export function recentWords(
  {backend, algorithm, pass}: VerifyResult,
  problems: readonly string[],
  options: ReportedOptions,
): string[] {
  const asked = [...problems.flatMap((problem) => ['--problem', problem]), '--seed', String(options.seed)];
  return ['--backend', backend, ...asked, '--algorithm', algorithm, '--pass', pass, ...circumstances(options)];
}

/** The words of a whole run on one backend. @param only the algorithms and passes to which it is narrowed */
export function runWords(
  backend: string,
  options: ReportedOptions,
  only: {algorithms?: readonly string[]; passes?: readonly string[]} = {},
): string[] {
  const {cases, thorough, timeBudget, problems, fills: asked, provenance, oracles: judges} = options;
  const {algorithms, passes: ofPasses} = {...options, ...only};
  const some = (flag: string, names: readonly string[], all: readonly string[]) =>
    names.length > 0 && names.length < all.length ? [flag, names.join()] : [];
  return [
    ...['--backend', backend, '--seed', String(options.seed)],
    ...problems.flatMap((problem) => ['--problem', problem]),
    ...(Number.isFinite(cases) && problems.length === 0 ? ['--cases', String(cases)] : []),
    ...(thorough && problems.length === 0 ? ['--thorough'] : []),
    ...(timeBudget === undefined ? [] : ['--time-budget', String(timeBudget)]),
    ...(algorithms.length > 0 ? ['--algorithm', algorithms.join()] : []),
    ...some('--pass', ofPasses, passes),
    ...some('--fill', asked, fills),
    ...some('--oracle', judges, oracleNames),
    ...(provenance === undefined ? [] : ['--provenance', provenance]),
    ...circumstances(options),
  ];
}

/** The words for the remaining options of a run. */
function circumstances(options: ReportedOptions): string[] {
  const {engine, threads, imports, f16, flags: tfjsFlags = []} = options;
  const flags: [string, string][] = [
    ...(engine === 'auto' ? [] : [['--engine', engine] as [string, string]]),
    ...(threads === undefined ? [] : [['--threads', String(threads)] as [string, string]]),
    ...tfjsFlags.map((flag): [string, string] => ['--flag', flag]),
    ...imports.map((file): [string, string] => ['--import', file]),
  ];
  return [...flags.flat(), ...(f16 ? ['--f16'] : [])];
}

/** Quotes a word for a POSIX shell if necessary. Control characters are written as bash and zsh write them. */
export function quote(word: string): string {
  if (/\p{Cc}/u.test(word)) {
    const escaped = word.replaceAll(/[\\']/g, '\\$&').replaceAll(/\p{Cc}/gu, (character) => {
      const code = character.charCodeAt(0).toString(16);
      return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
    });
    return `$'${escaped}'`;
  }
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
