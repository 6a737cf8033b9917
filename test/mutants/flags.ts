import {parseArgs} from 'node:util';
import {list, numeric} from '../../src/cli/flags.js';
import {ConvgradError} from '../../src/geometry/error.js';
import type {OracleName} from '../../src/verify/oracles/oracle.js';
import {backendsOf, mutantBackends} from './index.js';
import type {NamedScoreOptions} from './score.js';

export interface MutantFlags {
  backends: string[];
  /** Whether the user named the backends. Otherwise missing backends are left out with a note. */
  named: boolean;
  options: Omit<NamedScoreOptions, 'backend' | 'onOutcome'>;
  json: string | undefined;
  browser: string | undefined;
}

/** Reads the flags of `npm run mutants`. @throws ConvgradError or TypeError on wrong usage */
export function readFlags(args: readonly string[]): MutantFlags {
  const {values: flags, positionals} = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      backend: {type: 'string'},
      only: {type: 'string', multiple: true, default: []},
      problem: {type: 'string', multiple: true},
      oracle: {type: 'string'},
      'all-oracles': {type: 'boolean', default: false},
      seed: {type: 'string', default: '1'},
      cases: {type: 'string', default: '10'},
      json: {type: 'string'},
      browser: {type: 'string'},
    },
  });
  const only = flags.only.length === 0 ? [] : list([...flags.only, ...positionals]);
  if (only.length === 0 && positionals.length > 0)
    throw new ConvgradError('mutants', `'${positionals[0]}' is no flag; name mutants with --only.`);
  const backends =
    flags.backend === undefined
      ? mutantBackends.filter((backend) => only.length === 0 || only.some((name) => backendsOf(name).includes(backend)))
      : list(flags.backend);
  for (const name of only) {
    if (!backendsOf(name).some((backend) => backends.includes(backend)))
      throw new ConvgradError('--only', `'${name}' is planted on ${backendsOf(name).join(', ')} alone.`);
  }
  const {problem: problems} = flags;
  return {
    backends: [...backends],
    named: flags.backend !== undefined,
    options: {
      ...{only, seed: numeric(flags.seed), cases: numeric(flags.cases), allOracles: flags['all-oracles']},
      ...(problems === undefined ? {} : {problems, hardProblems: [], fusedProblems: problems}),
      ...(flags.oracle === undefined ? {} : {oracles: list(flags.oracle) as OracleName[]}),
    },
    json: flags.json,
    browser: flags.browser,
  };
}
