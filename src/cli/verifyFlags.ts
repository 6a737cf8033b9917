import {ConvgradError} from '../geometry/error.js';
import type {Pass} from '../geometry/pass.js';
import {parseProblem} from '../geometry/problem.js';
import {servedBackends} from '../plugin/select.js';
import type {Fill} from '../verify/fill.js';
import {algorithmName} from '../verify/mutants/index.js';
import {resolveOptions, type Sabotage, type VerifyOptions} from '../verify/options.js';
import type {OracleName} from '../verify/oracles/index.js';
import {importedName} from '../verify/target.js';
import {invocation, userPath} from './invocation.js';

/** The flags of `convgrad verify` as cac parses them: numbers where they look like numbers, arrays where a flag came twice. */
export type RawFlags = Readonly<Record<string, unknown>>;

export interface VerifyFlags {
  /** What `verify()` takes. `backends` are those to try; `named` tells whether the user asked for them. */
  options: VerifyOptions & Required<Pick<VerifyOptions, 'backends' | 'algorithms' | 'imports' | 'problems'>>;
  named: boolean;
  /** Files to write reports to, by the flag that names them. */
  files: Partial<Record<'json' | 'junit' | 'html', string>>;
  /** Whether to begin with problems that failed once, and to remember those that fail. */
  regressions: boolean;
  browser: string | undefined;
  color: boolean;
}

/** Reads the flags and checks all that can be checked before users' modules are loaded. @throws ConvgradError on wrong usage */
export function readFlags(flags: RawFlags): VerifyFlags {
  const {cases, seed, timeBudget, sabotage, json, junit, html, browser} = flags;
  const named = flags.backend !== undefined;
  const mutant = flags.mutant === undefined ? undefined : String(flags.mutant);
  // What is not a number is refused by resolveOptions, like every other value.
  const options = {
    ...(seed === undefined ? {} : {seed: seed as number}),
    ...(cases === undefined ? {} : {cases: cases as number}),
    ...(timeBudget === undefined ? {} : {timeBudget: timeBudget as number}),
    // Mutants are algorithms of the host.
    backends: named ? list(flags.backend) : mutant ? ['cpu'] : servedBackends(),
    algorithms: mutant ? [algorithmName({name: mutant})] : list(flags.algorithm),
    problems: words(flags.problem),
    ...(flags.pass === undefined ? {} : {passes: list(flags.pass) as Pass[]}),
    ...(flags.fill === undefined ? {} : {fills: list(flags.fill) as Fill[]}),
    ...(flags.oracle === undefined ? {} : {oracles: list(flags.oracle) as OracleName[]}),
    f16: flags.f16 === true,
    ...(sabotage === undefined ? {} : {sabotage: String(sabotage) as Sabotage}),
    imports: words(flags.import).map((file) => userPath(file)),
    bail: flags.bail === true,
    command: [invocation('verify'), ...(mutant ? ['--mutant', mutant] : [])].join(' '),
  };
  if (options.algorithms.includes(importedName) && options.imports.length === 0) {
    throw new ConvgradError(
      '--algorithm',
      `'${importedName}' means the kernels of a module; name it with --import FILE.`,
    );
  }
  // Modules may still bring algorithms: their names are checked when they have.
  resolveOptions({...options, algorithms: options.imports.length > 0 ? [] : options.algorithms}, servedBackends());
  for (const problem of options.problems) parseProblem(problem);
  return {
    options,
    named,
    files: Object.fromEntries(
      Object.entries({json, junit, html}).flatMap(([flag, path]) =>
        path === undefined ? [] : [[flag, userPath(String(path))]],
      ),
    ),
    // What a mutant gets wrong says nothing about the others.
    regressions: flags.regressions !== false && !mutant,
    browser: browser === undefined ? undefined : userPath(String(browser)),
    color: flags.color !== false,
  };
}

/** The values of a flag that may be repeated. */
function words(value: unknown): string[] {
  return value === undefined ? [] : [value].flat().map(String);
}

/** The values of a flag that may be repeated or hold several with commas. */
function list(value: unknown): string[] {
  return [...new Set(words(value).flatMap((word) => word.split(',')))];
}
