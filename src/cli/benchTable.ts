import Table from 'cli-table3';
import {type BenchReport, isMeasured, type SummaryRow} from '../bench/report.js';
import type {BenchResult} from '../bench/result.js';
import {groupBy} from './groupBy.js';
import type {Colors} from './verifyTable.js';

/** What a person reads at the end of a run. */
export function describeBench(report: BenchReport, colors: Colors): string {
  const {results, summary, environment, engines} = report;
  const machine = [environment.node && `Node ${environment.node}`, `tfjs ${environment.tfjs}`];
  return [
    ...groupBy(results, ({backend}) => backend).flatMap((group) => {
      const [{backend}] = group;
      const engine = engines[backend];
      const head = [backend, engine && `engine '${engine}'`, ...machine].filter(Boolean).join(', ');
      return [head, ...layerTable(group, colors), ''];
    }),
    ...(summary.rows.length > 0
      ? ['geometric means', summaryTable(summary.rows, colors), ...handedOnLines(summary.rows), '']
      : []),
    verdict(report, colors),
  ].join('\n');
}

/** One row for each layer and pass, and what its marks mean. */
function layerTable(results: readonly BenchResult[], colors: Colors): string[] {
  const reasons: string[] = [];
  const note = (reason: string | undefined) => {
    if (reason === undefined) return '–';
    if (!reasons.includes(reason)) reasons.push(reason);
    return `– [${reasons.indexOf(reason) + 1}]`;
  };
  const head = ['layer', 'pass', 'algorithm', 'ms', 'GFLOP/s', 'kernel/peak', 'call/peak', 'built-in ms', 'faster'];
  const lines = newTable(head, 3, colors);
  for (const result of results) {
    const {layer, pass, algorithm, milliseconds, gflops, fractionOfPeak, ratio, scaled, handedOn, reason} = result;
    const name = `${algorithm}${handedOn ? '†' : ''}`;
    if (!isMeasured(result)) {
      lines.push([layer, pass, name, note(reason), ...Array(5).fill('')]);
      continue;
    }
    const {ours, builtin} = milliseconds ?? {};
    const own = [digits(ours), digits(gflops?.ours), percent(fractionOfPeak?.kernel), percent(fractionOfPeak?.whole)];
    const other = builtin === undefined ? [note(reason), ''] : [`${scaled ? '~' : ''}${digits(builtin)}`, times(ratio)];
    lines.push([layer, pass, name, ...own, ...other]);
  }
  return [
    lines.toString(),
    ...(results.some(({scaled}) => scaled)
      ? ['~ timed on a smaller problem, which --json names, and scaled by the operations']
      : []),
    ...(results.some(({handedOn}) => handedOn)
      ? ['† by default convgrad hands this pass on to the built-in; here its own algorithm was asked for by name']
      : []),
    ...reasons.map((reason, i) => `[${i + 1}] ${reason}`),
  ];
}

function summaryTable(rows: readonly SummaryRow[], colors: Colors): string {
  const head = ['backend', 'pass', 'layers', 'GFLOP/s', 'kernel/peak', 'call/peak', 'faster', 'of layers'];
  const lines = newTable(head, 2, colors);
  for (const {backend, pass, layers, gflops, fractionOfPeak, ratio, ratioLayers} of rows) {
    lines.push([
      ...[backend, pass, layers, digits(gflops), percent(fractionOfPeak?.kernel), percent(fractionOfPeak?.whole)],
      ...[times(ratio), ratioLayers],
    ]);
  }
  return lines.toString();
}

function handedOnLines(rows: readonly SummaryRow[]): string[] {
  return rows
    .filter(({handedOn}) => handedOn > 0)
    .map(
      ({backend, pass, layers, handedOn}) =>
        `On ${backend} convgrad by default hands ${handedOn} of ${layers} ${pass} rows on to the built-in; no call of the built-in counts as convgrad’s.`,
    );
}

export function newTable(head: string[], left: number, colors: Colors): Table.Table {
  return new Table({
    head,
    chars: {mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': ''},
    style: colors.isColorSupported ? {head: ['bold'], border: ['gray']} : {head: [], border: []},
    colAligns: head.map((_, i) => (i < left ? 'left' : 'right')),
  });
}

function verdict({summary, seed, options, interrupted}: BenchReport, colors: Colors): string {
  const {measured, skipped, left, seconds} = summary;
  const text =
    `${measured} rows measured in ${options.rounds} round${options.rounds === 1 ? '' : 's'}, ${skipped} skipped, ` +
    `${left} left out, in ${seconds.toFixed(1)} s, seed ${seed}`;
  if (interrupted) return colors.yellow(`interrupted: ${text}`);
  return measured > 0 ? colors.green(text) : colors.red(`nothing was measured: ${text}`);
}

/** As many as a measurement is worth. */
export function digits(value: number | undefined): string {
  if (value === undefined) return '–';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(value >= 1 ? 3 : 2);
}

function percent(part: number | undefined): string {
  return part === undefined ? '–' : `${(100 * part).toFixed(0)}%`;
}

function times(ratio: number | undefined): string {
  return ratio === undefined ? '–' : `${digits(ratio)}×`;
}
