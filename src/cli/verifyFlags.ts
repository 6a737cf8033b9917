import {servedBackends} from '../backends/index.js';
import type {EngineName} from '../engine/index.js';
import {ConvgradError} from '../geometry/error.js';
import type {Pass} from '../geometry/pass.js';
import {casesOf} from '../verify/cases/index.js';
import type {Fill} from '../verify/data/fill.js';
import {importedNames} from '../verify/imports/imported.js';
import type {VerifyOptions} from '../verify/options/options.js';
import {resolveOptions} from '../verify/options/resolveOptions.js';
import type {OracleName} from '../verify/oracles/index.js';
import {list, numeric, type RawFlags, single, words} from './flags.js';
import {invocation, userPath} from './invocation.js';
import {assertServed} from './locateBackend.js';
import {defaultLimit} from './watchdog.js';

export interface VerifyFlags {
  /** The options of `verify()`. `named` tells whether the user named the backends. */
  options: VerifyOptions & Required<Pick<VerifyOptions, 'backends' | 'algorithms' | 'imports' | 'problems'>>;
  named: boolean;
  /** The paths of report files, by flag. */
  files: Partial<Record<'json' | 'junit' | 'html', string>>;
  /** Whether to begin with problems that failed in earlier runs, and to save those that fail now. */
  regressions: boolean;
  browser: string | undefined;
  /** The limit in seconds for loading a module and for running one problem. */
  limit: number;
  color: boolean;
  /** Whether to show every algorithm, reason and failure. */
  details: boolean;
}

/** Reads the flags and checks all that can be checked before users' modules are loaded. @throws ConvgradError on wrong usage */
export function readFlags(flags: RawFlags): VerifyFlags {
  const {cases, seed, timeBudget, engine, threads, provenance, json, junit, html, browser, limit} = Object.fromEntries(
    singles.map((flag) => [flag, single(flag, flags[flag])]),
  );
  const named = flags.backend !== undefined;
  // A value that is not a number stays text, and resolveOptions refuses it.
  const options = {
    ...(seed === undefined ? {} : {seed: numeric(seed)}),
    ...(cases === undefined ? {} : {cases: numeric(cases)}),
    ...(timeBudget === undefined ? {} : {timeBudget: numeric(timeBudget)}),
    backends: named ? list(flags.backend) : servedBackends(),
    algorithms: list(flags.algorithm),
    problems: words(flags.problem),
    ...(flags.pass === undefined ? {} : {passes: list(flags.pass) as Pass[]}),
    ...(flags.fill === undefined ? {} : {fills: list(flags.fill) as Fill[]}),
    ...(flags.oracle === undefined ? {} : {oracles: list(flags.oracle) as OracleName[]}),
    ...(provenance === undefined ? {} : {provenance}),
    f16: flags.f16 === true,
    flags: words(flags.flag),
    ...(engine === undefined ? {} : {engine: engine as EngineName}),
    ...(threads === undefined ? {} : {threads: numeric(threads)}),
    imports: words(flags.import).map((file) => userPath(file)),
    ...(flags.thorough === true ? {thorough: true} : {}),
    bail: flags.bail === true,
    ...(flags.diagnosis === false ? {diagnose: false} : {}),
    command: [invocation('verify'), ...(flags.regressions === false ? ['--no-regressions'] : [])].join(' '),
  };
  assertServed(options.backends);
  const ofModule = options.algorithms.find((name) => importedNames.includes(name));
  if (ofModule !== undefined && options.imports.length === 0) {
    throw new ConvgradError(
      '--algorithm',
      `'${ofModule}' stands for what a module registers; name the module with --import FILE.`,
    );
  }
  // Modules may define more algorithms, so the names are checked after they are loaded.
  resolveOptions({...options, algorithms: options.imports.length > 0 ? [] : options.algorithms}, servedBackends());
  casesOf(options.problems);
  return {
    options,
    named,
    files: Object.fromEntries(
      Object.entries({json, junit, html}).flatMap(([flag, path]) =>
        path === undefined ? [] : [[flag, userPath(path)]],
      ),
    ),
    regressions: flags.regressions !== false,
    browser: browser === undefined ? undefined : userPath(browser),
    limit: limit === undefined ? defaultLimit : limitOf(limit),
    color: flags.color !== false,
    details: flags.details === true,
  };
}

/** The flags that take a single value. */
const singles = [
  'cases',
  'seed',
  'timeBudget',
  'engine',
  'threads',
  'provenance',
  'json',
  'junit',
  'html',
  'browser',
  'limit',
] as const;

function limitOf(text: string): number {
  const seconds = Number(text);
  if (seconds > 0) return seconds;
  throw new ConvgradError('--limit', `must be a number of seconds above 0; got '${text}'.`);
}
