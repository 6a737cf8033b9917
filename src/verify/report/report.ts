import type {ImportedCalls} from '../imports/imported.js';
import type {ReportedOptions} from '../options/options.js';
import {type Coverage, missedCounters, noCoverage} from '../proof/coverage.js';
import type {VerifyResult} from './result.js';
import type {ReportRow, SkipReason, Tally} from './tally.js';

export interface Environment {
  node?: string;
  browser?: string;
  tfjs: string;
  backends: Record<string, Record<string, string | number | boolean>>;
}

export interface VerifySummary {
  passed: number;
  failed: number;
  skipped: number;
  vacuous: number;
  /** The number of different problems that were judged. */
  problems: number;
  seconds: number;
}

/** What `verify()` returns and `--json` writes. */
export interface VerifyReport {
  version: 1;
  seed: number;
  options: ReportedOptions;
  environment: Environment;
  results: VerifyResult[];
  /** How many results of a very long run were counted but not listed. Passed and skipped results are dropped first. */
  omitted?: number;
  /** Sums over all results, by backend, algorithm and pass. */
  rows: ReportRow[];
  /** Why results were skipped, and how often. */
  skipReasons: SkipReason[];
  /** Which parts of the verified code ran, and how often. */
  coverage: Coverage;
  /** What modules registered, and how often each was called. */
  imported?: ImportedCalls[];
  /** What modules registered after they had loaded, while the run was on. Nothing judged it. */
  late?: string[];
  summary: VerifySummary;
  /** True if the run was aborted. The report holds the results until then. */
  interrupted?: true;
}

/** What a run tells about the code that ran. */
export interface Proofs {
  coverage?: Coverage;
  imported?: ImportedCalls[];
  late?: string[];
}

/** Makes a report about the results so far. */
export function makeReport(
  options: ReportedOptions,
  environment: Environment,
  tally: Tally,
  seconds: number,
  interrupted = false,
  {coverage: {counters, complete} = noCoverage, imported = [], late = []}: Proofs = {},
): VerifyReport {
  const [passed, failed, skipped, vacuous] = (['passed', 'failed', 'skipped', 'vacuous'] as const).map((status) =>
    tally.total(status),
  );
  return {
    version: 1,
    seed: options.seed,
    options,
    environment,
    results: tally.results,
    ...(tally.omitted > 0 ? {omitted: tally.omitted} : {}),
    rows: tally.rows,
    skipReasons: tally.skipReasons,
    coverage: {counters, complete: complete && !interrupted},
    ...(imported.length > 0 ? {imported} : {}),
    ...(late.length > 0 ? {late} : {}),
    summary: {passed, failed, skipped, vacuous, problems: tally.problems, seconds},
    ...(interrupted ? {interrupted} : {}),
  };
}

/**
 * Whether the report shows that the code is right. It is not enough that nothing failed. Something must have passed, and nothing may be
 * vacuous. A whole run must have reached every part of the code, and everything that was imported must have been called.
 */
export function isGood(report: VerifyReport): boolean {
  const {passed, failed, vacuous} = report.summary;
  const isSound = failed === 0 && vacuous === 0 && passed > 0;
  return isSound && missedCounters(report.coverage).length === 0 && unjudged(report).length === 0;
}

/** The titles of what modules registered but the run did not judge, although it should have. */
export function unjudged({imported = [], late = []}: VerifyReport): string[] {
  return [...imported.flatMap(({title, calls, asked}) => (asked && calls === 0 ? [title] : [])), ...late];
}
