import type {ReportedOptions} from './options.js';
import type {VerifyResult} from './result.js';

/** The command line that verifies this one result again, in a new process. */
export function replayLine(command: string, result: VerifyResult, {seed, imports, sabotage}: ReportedOptions): string {
  const {backend, problem, algorithm, pass, fill} = result;
  const flags: [string, string][] = [
    ['--backend', backend],
    ['--problem', problem],
    ['--seed', String(seed)],
    ['--algorithm', algorithm],
    ['--pass', pass],
    ['--fill', fill],
    ...imports.map((file): [string, string] => ['--import', file]),
    ...(sabotage ? [['--sabotage', sabotage] as [string, string]] : []),
  ];
  return [command, ...flags.flat().map(quote)].join(' ');
}

/** Quoted for a POSIX shell where it needs to be. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
