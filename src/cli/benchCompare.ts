import {readFileSync} from 'node:fs';
import type {ReportComparison, RowChange} from '../bench/compareReports.js';
import type {BenchReport} from '../bench/report.js';
import {ConvgradError} from '../geometry/error.js';
import {digits, newTable} from './benchCells.js';
import type {Colors} from './layout.js';

/** Reads a report that `--json` wrote. @throws ConvgradError when the file is no such report */
export function readReport(path: string, flag: string): BenchReport {
  const fail = (why: string): never => {
    throw new ConvgradError(flag, `${path} ${why}; name a file that \`convgrad bench --json\` wrote.`);
  };
  let report: Partial<BenchReport> | null = null;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    fail(`cannot be read: ${(error as Error).message}`);
  }
  if (report?.version !== 1) fail(`has version ${report?.version} instead of 1`);
  if (!Array.isArray(report?.results) || report.warmUp === undefined) fail('is not a report of bench');
  return report as BenchReport;
}

/** The comparison of two reports as text for the terminal. */
export function describeComparison({changes, only, mean}: ReportComparison, path: string, colors: Colors): string {
  const counts = `${changes.length} rows in both, ${only.old} only in the old report, ${only.new} only in the new one`;
  if (changes.length === 0) return colors.yellow(`nothing to compare with ${path}: ${counts}`);
  const head = ['layer', 'backend', 'pass', 'algorithm', 'old', 'new', 'new/old', 'noise', ''];
  const lines = newTable(head, 4, colors);
  for (const change of changes) {
    const {layer, backend, pass, algorithm, ratio, noise, slower} = change;
    const names = algorithm.old === algorithm.new ? algorithm.new : `${algorithm.old} → ${algorithm.new}`;
    const verdict = slower ? colors.red('slower') : ratio > 1 + noise ? colors.green('faster') : '';
    lines.push([
      ...[layer, backend, pass, names, shown(change, change.old), shown(change, change.new)],
      ...[digits(ratio), `${(100 * noise).toFixed(0)}%`, verdict],
    ]);
  }
  const slower = changes.filter((change) => change.slower);
  return [
    `compared with ${path}, whole calls: ${counts}`,
    lines.toString(),
    `geometric mean of new/old: ${digits(mean)}`,
    ...slower.map(({layer, backend, pass, ratio, noise}) =>
      colors.red(
        `slower by more than the noise: ${layer}, ${pass} on ${backend}, ${digits(ratio)} of its old speed (noise ${(100 * noise).toFixed(0)}%)`,
      ),
    ),
  ].join('\n');
}

function shown({by}: RowChange, value: number): string {
  return by === 'gflops' ? `${digits(value)} GFLOP/s` : `${(100 * value).toFixed(1)}% of peak`;
}
