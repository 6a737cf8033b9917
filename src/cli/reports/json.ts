import type {VerifyReport} from '../../verify/report/report.js';

/** The report as JSON, without the heatmaps of failures, which are for people. */
export function jsonReport(report: VerifyReport): string {
  return `${JSON.stringify(report, plain, 1)}\n`;
}

/** JSON has no NaN and no Infinity and would write null. */
function plain(key: string, value: unknown): unknown {
  if (key === 'heatmap') return undefined;
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
