import type {ReportedOptions} from './options.js';
import type {VerifyResult} from './result.js';

export interface Environment {
  node?: string;
  browser?: string;
  tfjs: string;
  backends: Record<string, Record<string, string | boolean>>;
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
  summary: VerifySummary;
  /** The run was aborted: the results are those until then. */
  interrupted?: true;
}

/** A report over the results so far. */
export function makeReport(
  options: ReportedOptions,
  environment: Environment,
  results: VerifyResult[],
  seconds: number,
  interrupted = false,
): VerifyReport {
  const summary: VerifySummary = {passed: 0, failed: 0, skipped: 0, vacuous: 0, seconds};
  for (const {status} of results) summary[status]++;
  return {
    version: 1,
    seed: options.seed,
    options,
    environment,
    results,
    summary,
    ...(interrupted ? {interrupted} : {}),
  };
}

/** One report of several, each over backends of its own. */
export function mergeReports(reports: readonly VerifyReport[]): VerifyReport {
  const [first] = reports;
  const backends = [...new Set(reports.flatMap(({options}) => options.backends))];
  const environment = Object.assign({}, ...reports.map((report) => report.environment), {
    backends: Object.assign({}, ...reports.map((report) => report.environment.backends)),
  }) as Environment;
  return makeReport(
    {...first.options, backends},
    environment,
    reports.flatMap(({results}) => results),
    reports.reduce((sum, {summary}) => sum + summary.seconds, 0),
    reports.some(({interrupted}) => interrupted),
  );
}

/** Whether the report shows the code right. Nothing failed is not enough: something must have passed, and nothing been vacuous. */
export function isGood({summary}: VerifyReport): boolean {
  return summary.failed === 0 && summary.vacuous === 0 && summary.passed > 0;
}
