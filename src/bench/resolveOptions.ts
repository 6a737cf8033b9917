import {backends as allBackends, backendNamed, servedBackends} from '../backends/index.js';
import {checkEngine} from '../engine/index.js';
import {refuseUnknown} from '../geometry/didYouMean.js';
import {hasZeroSize, passes} from '../geometry/pass.js';
import {formatProblem, parseProblem, problemInfo} from '../geometry/problem.js';
import {algorithmsOf} from '../plugin/select.js';
import type {Case} from '../verify/cases/case.js';
import {type OptionChecks, optionChecks} from '../verify/options/optionChecks.js';
import {benchLayers} from './layers.js';
import {type BenchOptions, benchOptionNames, defaultRounds} from './options.js';
import {randomLayers} from './randomLayers.js';
import type {ReportedBenchOptions} from './report.js';
import {type StepNetwork, stepNetworks} from './steps/stepNetworks.js';

const checks: OptionChecks = optionChecks('bench');
const {fail, choose} = checks;

/**
 * Fills in the defaults and checks every option.
 * @throws ConvgradError that names the option, its value and what is allowed
 */
export function resolveOptions(
  options: BenchOptions,
  networks: readonly StepNetwork[] = stepNetworks,
): ReportedBenchOptions {
  refuseUnknown('bench', options, benchOptionNames);
  const {
    rounds = defaultRounds,
    seed = 1,
    timeBudget,
    algorithm = 'auto',
    accuracy = 'standard',
    filters = 'new',
    cases = 0,
    layers = [],
    problems = [],
    steps = false,
    engine = 'auto',
    threads = 1,
  } = options;
  const {backends = hostBackends()} = options;
  if (!(Number.isSafeInteger(rounds) && rounds >= 1)) fail(`rounds must be a whole number ≥ 1; got ${rounds}.`);
  checks.seed(seed);
  checks.timeBudget(timeBudget);
  // The engine is checked only for backends of the host: a page that times a GPU needs no threads, and may not support them.
  if (backends.some((backend) => backendNamed(backend)?.engine)) checkEngine('bench', {engine, threads});
  choose('backend', backends, servedBackends());
  choose('pass', options.passes ?? [], passes);
  choose('algorithm', [algorithm], ['auto', ...(steps ? [] : ['all']), ...new Set(backends.flatMap(algorithmsOf))]);
  choose('accuracy', [accuracy], ['standard', 'fast']);
  choose('kind of filters', [filters], ['new', 'constant']);
  if (!(Number.isSafeInteger(cases) && cases >= 0)) fail(`cases must be a whole number ≥ 0; got ${cases}.`);
  const resolved = {
    ...{backends, layers, problems, cases, passes: options.passes ?? passes, algorithm, accuracy, filters},
    ...{engine, threads, rounds, seed, steps},
    ...(options.peer ? {peer: `${options.peer.name}, ${options.peer.threads} threads`} : {}),
    ...(timeBudget === undefined ? {} : {timeBudget}),
  };
  if (!steps) casesOf(resolved);
  else if (problems.length > 0 || options.passes || options.filters || cases > 0 || options.peer) {
    fail('steps train whole networks; leave problems, cases, passes, filters and the peer out.');
  } else networksOf(resolved, networks);
  return resolved;
}

/** The backends that compute in this process, without a GPU. */
export function hostBackends(): string[] {
  return allBackends().flatMap(({name, engine}) => (engine ? [name] : []));
}

/** The cases that a run measures. @throws ConvgradError when there are none, or a problem cannot be parsed */
export function casesOf({
  layers,
  problems,
  cases,
  seed,
}: Pick<ReportedBenchOptions, 'layers' | 'problems' | 'cases' | 'seed'>): Case[] {
  if (cases > 0) {
    if (layers.length + problems.length > 0) fail('cases are random layers; leave layers and problems out.');
    return randomLayers(cases, seed);
  }
  if (problems.length > 0) {
    if (layers.length > 0) fail('layers and problems exclude each other; give one of them.');
    const cases = problems.map((text) => ({problem: parseProblem(text)}));
    const empty = cases.find(({problem}) => hasZeroSize(problemInfo(problem)));
    if (empty) fail(`'${formatProblem(empty.problem)}' has a size of 0, which leaves nothing to time; use 1 or more.`);
    return cases;
  }
  return chosen('layer', benchLayers() as NamedCase[], layers);
}

type NamedCase = Case & {name: string};

/** The networks that a run trains. @throws ConvgradError when there are none */
export function networksOf(
  {layers}: Pick<ReportedBenchOptions, 'layers'>,
  networks: readonly StepNetwork[] = stepNetworks,
): StepNetwork[] {
  return chosen('network', networks, layers);
}

/** The items that have a word beginning with one of the parts; all items if there are no parts. */
function chosen<T extends {name: string}>(what: string, all: readonly T[], parts: readonly string[]): T[] {
  // The match is at the start of a word, so 'lenet' does not select MobileNet.
  const has = (name: string, part: string) => ` ${name}`.toLowerCase().includes(` ${part.toLowerCase().trim()}`);
  const unknown = parts.find((part) => !all.some(({name}) => has(name, part)));
  if (unknown !== undefined) {
    fail(`no ${what} is called '${unknown}'; there are ${all.map(({name}) => name).join('; ')}.`);
  }
  return parts.length === 0 ? [...all] : all.filter(({name}) => parts.some((part) => has(name, part)));
}
