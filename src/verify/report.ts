import {type Coverage, missedParts, noCoverage} from './coverage.js';
import type {ReportedOptions} from './options.js';
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
  seconds: number;
}

/** What `verify()` returns and `--json` writes. */
export interface VerifyReport {
  version: 1;
  seed: number;
  options: ReportedOptions;
  environment: Environment;
  results: VerifyResult[];
  /** How many results of a very long run were counted but not listed: passed and skipped ones first. */
  omitted?: number;
  /** Sums over all results, by backend, algorithm and pass. */
  rows: ReportRow[];
  /** Why results were skipped, and how often. */
  skipReasons: SkipReason[];
  /** Which parts of the verified code ran, and how often. */
  coverage: Coverage;
  summary: VerifySummary;
  /** The run was aborted: the results are those until then. */
  interrupted?: true;
}

/** A report over the results so far. */
export function makeReport(
  options: ReportedOptions,
  environment: Environment,
  tally: Tally,
  seconds: number,
  interrupted = false,
  {parts, whole} = noCoverage,
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
    coverage: {parts, whole: whole && !interrupted},
    summary: {passed, failed, skipped, vacuous, seconds},
    ...(interrupted ? {interrupted} : {}),
  };
}

/**
 * Whether the report shows the code right. Nothing failed is not enough: something must have passed, nothing been vacuous, and a whole
 * run must have reached every part of the code.
 */
export function isGood({summary, coverage}: VerifyReport): boolean {
  const {passed, failed, vacuous} = summary;
  return failed === 0 && vacuous === 0 && passed > 0 && missedParts(coverage).length === 0;
}
