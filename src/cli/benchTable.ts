import {type BenchReport, isMeasured, type SummaryRow} from '../bench/report.js';
import type {BenchResult} from '../bench/result.js';
import {digits, footnotes, newTable, percent, times} from './benchCells.js';
import {groupBy} from './groupBy.js';
import {stepTable} from './stepTable.js';
import type {Colors} from './verifyTable.js';

/** What a person reads at the end of a run. */
export function describeBench(report: BenchReport, colors: Colors): string {
  const {results, steps, summary} = report;
  return [
    ...groupBy(results, ({backend}) => backend).flatMap((group) => [
      headOf(group[0].backend, report),
      ...layerTable(group, colors),
      '',
    ]),
    ...(summary.rows.length > 0
      ? ['geometric means', summaryTable(summary.rows, colors), ...handedOnLines(summary.rows), '']
      : []),
    ...groupBy(steps, ({backend}) => backend).flatMap((group) => [
      headOf(group[0].backend, report),
      ...stepTable(group, colors),
      '',
    ]),
    ...Object.entries(summary.cpuToWasm).map(
      ([network, ratio]) =>
        `${network}: a step takes ${digits(ratio)} times as long on cpu as on wasm, both with convgrad`,
    ),
    verdict(report, colors),
  ].join('\n');
}

function headOf(backend: string, {engines, options, environment: {node, tfjs}}: BenchReport): string {
  const engine = engines[backend] && `engine '${engines[backend]}'`;
  const threads = options.threads > 1 && `${options.threads} threads`;
  return [backend, engine, threads, node && `Node ${node}`, `tfjs ${tfjs}`].filter(Boolean).join(', ');
}

/** One row for each layer and pass, and what its marks mean. */
function layerTable(results: readonly BenchResult[], colors: Colors): string[] {
  const {note, lines: notes} = footnotes();
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
    ...notes(),
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

function verdict({summary, seed, options, interrupted}: BenchReport, colors: Colors): string {
  const {measured, skipped, left, seconds} = summary;
  const text =
    `${measured} rows measured in ${options.rounds} round${options.rounds === 1 ? '' : 's'}, ${skipped} skipped, ` +
    `${left} left out, in ${seconds.toFixed(1)} s, seed ${seed}`;
  if (interrupted) return colors.yellow(`interrupted: ${text}`);
  return measured > 0 ? colors.green(text) : colors.red(`nothing was measured: ${text}`);
}
