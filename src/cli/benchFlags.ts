import type {BenchOptions} from '../bench/options.js';
import {hostBackends, resolveOptions} from '../bench/resolveOptions.js';
import type {EngineName} from '../engine/index.js';
import {ConvgradError} from '../geometry/error.js';
import type {Pass} from '../geometry/pass.js';
import type {BrowserOptions} from './browser/launchBrowser.js';
import {list, numeric, type RawFlags, single, words} from './flags.js';
import {userPath} from './invocation.js';
import {assertServed} from './locateBackend.js';

export interface BenchFlags {
  /** The options of `bench()`. `named` tells whether the user named the backends. */
  options: BenchOptions & Required<Pick<BenchOptions, 'backends'>>;
  named: boolean;
  json: string | undefined;
  /** The path of a module that makes a peer: native code to time beside forward passes. */
  peer: string | undefined;
  /** The path of an older report. */
  compare: string | undefined;
  /** Whether to time small calls instead of layers. */
  small: boolean;
  /** How to open a page for GPU backends. */
  page: BrowserOptions;
  color: boolean;
}

/** Reads and checks the flags. @throws ConvgradError on wrong usage, UnavailableError for a backend without kernels */
export function readFlags(flags: RawFlags): BenchFlags {
  const {rounds, seed, timeBudget, cases, algorithm, accuracy, filters, peer, engine, threads, json, compare, browser} =
    Object.fromEntries(singles.map((flag) => [flag, single(flag, flags[flag])]));
  const named = flags.backend !== undefined;
  // A value that is not a number stays text, and resolveOptions refuses it.
  const options = {
    backends: named ? list(flags.backend) : hostBackends(),
    layers: list(flags.layers),
    problems: words(flags.problem),
    steps: flags.steps === true,
    ...(flags.pass === undefined ? {} : {passes: list(flags.pass) as Pass[]}),
    ...(cases === undefined ? {} : {cases: numeric(cases)}),
    ...(algorithm === undefined ? {} : {algorithm}),
    ...(accuracy === undefined ? {} : {accuracy: accuracy as 'standard' | 'fast'}),
    ...(filters === undefined ? {} : {filters: filters as 'new' | 'constant'}),
    ...(engine === undefined ? {} : {engine: engine as EngineName}),
    ...(threads === undefined ? {} : {threads: numeric(threads)}),
    ...(rounds === undefined ? {} : {rounds: numeric(rounds)}),
    ...(seed === undefined ? {} : {seed: numeric(seed)}),
    ...(timeBudget === undefined ? {} : {timeBudget: numeric(timeBudget)}),
  };
  assertServed(options.backends);
  resolveOptions(options);
  if (options.steps && compare !== undefined) {
    throw new ConvgradError('--compare', 'compares layers, but --steps times no layers; leave one of them out.');
  }
  const pathOf = (file: string | undefined) => (file === undefined ? undefined : userPath(file));
  const executablePath = pathOf(browser);
  if (options.steps && peer !== undefined) {
    throw new ConvgradError('--peer', 'is timed with layers, but --steps times no layers; leave one of them out.');
  }
  const small = flags.small === true;
  if (small) {
    const others = [
      'layers',
      'steps',
      'problem',
      'pass',
      'cases',
      'algorithm',
      'accuracy',
      'filters',
      'peer',
      'compare',
      'timeBudget',
    ];
    const other = others.find((flag) => flags[flag] !== undefined);
    if (other !== undefined)
      throw new ConvgradError(
        '--small',
        `times a fixed set of calls and does not take --${dashed(other)}; leave one of them out.`,
      );
  }
  return {
    ...{
      options,
      named,
      small,
      peer: pathOf(peer),
      json: pathOf(json),
      compare: pathOf(compare),
      color: flags.color !== false,
    },
    page: {...(executablePath === undefined ? {} : {executablePath}), gpu: flags.gpu === true ? 'auto' : 'software'},
  };
}

function dashed(flag: string): string {
  return flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The flags that take a single value. */
const singles = [
  'rounds',
  'seed',
  'timeBudget',
  'cases',
  'algorithm',
  'accuracy',
  'filters',
  'peer',
  'engine',
  'threads',
  'json',
  'compare',
  'browser',
] as const;
