import {mergeEnvironments} from '../verify/report/environment.js';
import {type BenchReport, makeReport} from './report.js';

/**
 * Merges the reports of runs that timed different backends on the same layers.
 * @param runs how many runs were planned; the rows of runs that never began count as left out
 */
export function mergeReports(reports: readonly [BenchReport, ...BenchReport[]], runs = reports.length): BenchReport {
  const [{options, steps, results, summary}] = reports;
  const sum = (of: (report: BenchReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  const rows = results.length + steps.length + summary.left;
  return makeReport(
    {...options, backends: reports.flatMap((report) => report.options.backends)},
    mergeEnvironments(reports.map(({environment}) => environment)),
    Object.assign({}, ...reports.map(({engines}) => engines)),
    reports.flatMap((report) => report.results),
    {
      left: sum((report) => report.summary.left) + (runs - reports.length) * rows,
      seconds: sum((report) => report.summary.seconds),
      interrupted: reports.some(({interrupted}) => interrupted),
    },
    reports.flatMap((report) => report.steps),
  );
}
