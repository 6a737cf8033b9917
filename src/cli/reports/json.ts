import type {VerifyReport} from '../../verify/report/report.js';

/** The report as JSON, without the heatmaps of failures, which are for people. */
export function jsonReport(report: VerifyReport): string {
  return `${JSON.stringify(report, plain, 1)}\n`;
}

/** Writes NaN and Infinity as text, because JSON has neither and would write null. */
function plain(key: string, value: unknown): unknown {
  if (key === 'heatmap') return undefined;
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
