import {backendNamed, servedBackends} from '../../backends/index.js';
import {checkEngine} from '../../engine/index.js';
import {refuseUnknown} from '../../geometry/didYouMean.js';
import {passes} from '../../geometry/pass.js';
import {algorithmsOf} from '../../plugin/select.js';
import {fills} from '../data/fill.js';
import {importedNames} from '../imports/imported.js';
import {oracleNames} from '../oracles/index.js';
import {formatProvenance, parseProvenance} from '../provenance/provenance.js';
import {defaultTimeout, subjectName, subjectPasses} from '../subject/verifySubject.js';
import {type OptionChecks, optionChecks} from './optionChecks.js';
import {defaultCases, type ReportedOptions, type VerifyOptions, verifyOptionNames} from './options.js';

const checks: OptionChecks = optionChecks('verify');
const {fail, choose} = checks;

/**
 * Fills in the defaults and checks every option.
 * @throws ConvgradError that names the option, the value that it got and the valid ones
 */
export function resolveOptions(options: VerifyOptions, availableBackends: readonly string[]): ReportedOptions {
  refuseUnknown('verify', options, verifyOptionNames);
  const {
    seed = 1,
    timeBudget,
    cases = timeBudget === undefined ? defaultCases : Number.POSITIVE_INFINITY,
    subject,
    timeoutMs = defaultTimeout,
    backends = subject ? availableBackends.slice(0, 1) : availableBackends,
    problems = [],
    installed = true,
  } = options;
  checks.seed(seed);
  if (!(Number.isSafeInteger(cases) && cases >= 1) && options.cases !== undefined) {
    fail(`cases must be a whole number ≥ 1; got ${cases}.`);
  }
  checks.timeBudget(timeBudget);
  if (!(timeoutMs > 0)) fail(`timeoutMs must be above 0; got ${timeoutMs}.`);
  const own = subject && subjectPasses(subject);
  if (own && options.algorithms?.length) {
    fail('a subject is verified alone; leave algorithms out.');
  }
  const algorithms = subject ? [subjectName(subject)] : (options.algorithms ?? []);
  choose('backend', backends, servedBackends());
  if (!subject) choose('algorithm', algorithms, [...new Set([...backends.flatMap(algorithmsOf), ...importedNames])]);
  choose('pass', options.passes ?? [], own ?? passes);
  choose('fill', options.fills ?? [], fills);
  choose('oracle', options.oracles ?? [], oracleNames);
  // GPU kernels need no threads, and the page that runs them may not be able to start any.
  const onHost = backends.some((backend) => backendNamed(backend)?.engine);
  if (onHost) checkEngine('verify', options);
  for (const flag of options.flags ?? []) parseFlag(flag);
  const isNarrowed =
    subject !== undefined || [problems, algorithms, options.oracles, options.imports].some((one) => one?.length);
  return {
    ...(subject ? {subject: subjectName(subject)} : {}),
    seed,
    cases,
    ...(timeBudget === undefined ? {} : {timeBudget}),
    thorough: options.thorough ?? isNarrowed,
    regressions: problems.length > 0 ? [] : (options.regressions ?? []),
    backends,
    algorithms,
    passes: options.passes ?? own ?? passes,
    problems,
    fills: options.fills ?? fills,
    ...(options.provenance === undefined ? {} : {provenance: formatProvenance(parseProvenance(options.provenance))}),
    f16: options.f16 ?? false,
    ...(options.flags?.length ? {flags: options.flags} : {}),
    oracles: options.oracles ?? oracleNames,
    engine: (onHost && options.engine) || 'auto',
    ...(onHost && options.threads !== undefined ? {threads: options.threads} : {}),
    imports: options.imports ?? [],
    bail: options.bail ?? false,
    ...(installed ? {} : {installed}),
  };
}

/** Parses NAME=VALUE. @throws ConvgradError on any other text */
export function parseFlag(text: string): {name: string; value: boolean | number} {
  const [, name, value] =
    /^(\w+)=(true|false|-?\d+(?:\.\d+)?)$/.exec(text) ??
    fail(`'${text}' is not a flag; use NAME=true, NAME=false or NAME=NUMBER.`);
  return {name, value: /\d/.test(value) ? Number(value) : value === 'true'};
}
