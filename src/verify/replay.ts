import type {ReportedOptions} from './options.js';
import type {VerifyResult} from './result.js';

/** The command line that verifies this one result again, in a new process; of a subject, the call. */
export function replayLine(command: string, result: VerifyResult, options: ReportedOptions): string {
  const {backend, problem, algorithm, pass, fill, provenance} = result;
  const {seed, engine, threads, imports, sabotage, f16, flags: tfjsFlags = [], subject} = options;
  if (subject !== undefined) {
    // Functions cannot be named on a command line; this is their program's to call.
    const call = {backends: [backend], problems: [problem], seed, passes: [pass], fills: [fill]};
    return `verify({subject, ${JSON.stringify(call)
      .slice(1)
      .replaceAll(/"(\w+)":/g, '$1: ')
      .replaceAll('"', "'")
      .replaceAll(',', ', ')})`;
  }
  const flags: [string, string][] = [
    ['--backend', backend],
    ['--problem', problem],
    ['--seed', String(seed)],
    ['--algorithm', algorithm],
    ['--pass', pass],
    ['--fill', fill],
    ['--provenance', provenance],
    ...(engine === 'auto' ? [] : [['--engine', engine] as [string, string]]),
    ...(threads === undefined ? [] : [['--threads', String(threads)] as [string, string]]),
    ...tfjsFlags.map((flag): [string, string] => ['--flag', flag]),
    ...imports.map((file): [string, string] => ['--import', file]),
    ...(sabotage ? [['--sabotage', sabotage] as [string, string]] : []),
  ];
  return [command, ...flags.flat().map(quote), ...(f16 ? ['--f16'] : [])].join(' ');
}

/** Quoted for a POSIX shell where it needs to be; control characters as bash and zsh write them. */
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
