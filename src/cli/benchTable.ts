import {type BenchReport, isMeasured, type SummaryRow} from '../bench/report.js';
import type {BenchResult} from '../bench/result.js';
import {isSoftware} from '../bench/softwareSize.js';
import type {Environment} from '../verify/report/report.js';
import {digits, footnotes, newTable, percent, times} from './benchCells.js';
import {groupBy} from './groupBy.js';
import type {Colors} from './layout.js';
import {stepTable} from './stepTable.js';

/** The report as text for the terminal. */
export function describeBench(report: BenchReport, colors: Colors): string {
  const {results, steps, summary, options} = report;
  return [
    ...groupBy(results, ({backend}) => backend).flatMap((group) => [
      titleOf(group[0].backend, report),
      ...(group.some(({alternatives}) => alternatives)
        ? choiceTable(group, colors)
        : layerTable(group, report.engines[group[0].backend] !== undefined, colors)),
      '',
    ]),
    ...(summary.rows.length > 0
      ? ['geometric means', summaryTable(summary.rows, report, colors), ...delegatedLines(summary.rows), '']
      : []),
    ...groupBy(steps, ({backend}) => backend).flatMap((group) => [
      titleOf(group[0].backend, report),
      ...stepTable(group, colors),
      '',
    ]),
    ...summary.stepRatios.map(
      ({network, backends: [first, other], ratio}) =>
        `${network}: a step takes ${digits(ratio)} times as long on ${first} as on ${other}, both with convgrad`,
    ),
    ...(options.peer === undefined
      ? []
      : [`native: ${options.peer}; it takes the filter as an input, in its own layout`]),
    ...(summary.choices
      ? [`choices within 10% of the fastest time: ${summary.choices.good} of ${summary.choices.of}`]
      : []),
    verdict(report, colors),
  ].join('\n');
}

function titleOf(
  backend: string,
  {engines, options, environment: {node, browser, backends, tfjs}}: BenchReport,
): string {
  const engine = engines[backend] && `engine '${engines[backend]}'`;
  if (!engine) return [backend, deviceOf(backends[backend]), browserIn(browser), `tfjs ${tfjs}`].join(', ');
  const threads = options.threads > 1 && `${options.threads} threads`;
  return [backend, engine, threads, node && `Node ${node}`, `tfjs ${tfjs}`].filter(Boolean).join(', ');
}

/** The device behind a GPU backend: a GPU, or software rendering. */
function deviceOf(about: Environment['backends'][string] = {}): string {
  const renderer = about.renderer ?? about.adapter ?? 'unknown renderer';
  return `${isSoftware(about) ? 'software rendering' : 'GPU'}: ${renderer}`;
}

function browserIn(userAgent = ''): string {
  return /(Headless)?Chrome\/[\d.]+/.exec(userAgent)?.[0] ?? (userAgent || 'unknown browser');
}

/** A table with one row for each layer and pass, followed by the meaning of its marks. */
function layerTable(results: readonly BenchResult[], hasPeak: boolean, colors: Colors): string[] {
  const {note, lines: notes} = footnotes();
  // On a GPU there is no peak to compare with. The first calls are shown instead, because they include the compilation of
  // shaders.
  const columns = hasPeak ? ['kernel/peak', 'call/peak', 'built-in ms'] : ['first ms', 'built-in ms', 'its first ms'];
  const hasPeer = results.some(({peerRatio}) => peerRatio !== undefined);
  const native = hasPeer ? ['native ms', 'speedup'] : [];
  const hasClock = results.some(({gpuMilliseconds, gpuReason}) => gpuMilliseconds ?? gpuReason);
  const clock = hasClock ? ['GPU ms', 'its GPU ms'] : [];
  const head = ['layer', 'pass', 'algorithm', 'ms', 'GFLOP/s', ...columns, 'speedup', ...native, ...clock];
  const lines = newTable(head, 3, colors, [
    ...['its GPU ms', 'GPU ms', 'its first ms', 'first ms', 'native ms', 'call/peak', 'kernel/peak', 'GFLOP/s'],
    ...['built-in ms', 'algorithm'],
  ]);
  for (const result of results) {
    const {
      pass,
      algorithm,
      milliseconds,
      gflops,
      fractionOfPeak,
      first,
      ratio,
      scaled,
      reducedFrom,
      delegated,
      reason,
    } = result;
    const layer = `${result.layer}${reducedFrom ? '‡' : ''}`;
    const name = `${algorithm}${delegated ? '†' : ''}`;
    if (!isMeasured(result)) {
      lines.push([layer, pass, name, note(reason), ...Array(5 + native.length + clock.length).fill('')]);
      continue;
    }
    const {ours, builtin} = milliseconds ?? {};
    const own = [digits(ours), digits(gflops?.ours)];
    const other = builtin === undefined ? note(reason) : `${scaled ? '~' : ''}${digits(builtin)}`;
    const more = hasPeak
      ? [percent(fractionOfPeak?.kernel), percent(fractionOfPeak?.whole), other]
      : [digits(first?.ours), other, builtin === undefined ? '' : digits(first?.builtin)];
    lines.push([
      layer,
      pass,
      name,
      ...own,
      ...more,
      builtin === undefined ? '' : times(ratio),
      ...nativeOf(result, hasPeer),
      ...(hasClock ? clockOf(result, note) : []),
    ]);
  }
  return [
    lines.toString(),
    ...(results.some(({scaled}) => scaled)
      ? ['~ timed on a smaller problem (named by --json) and scaled by the operations']
      : []),
    ...(results.some(({delegated}) => delegated)
      ? ['† by default convgrad delegates this pass to the built-in; bench times its own algorithm']
      : []),
    ...(results.some(({reducedFrom}) => reducedFrom)
      ? [
          '‡ reduced for software rendering: fewer images, then smaller ones, then fewer channels (--json names both problems)',
        ]
      : []),
    ...notes(),
  ];
}

/** The times by the GPU's own clock, or the reason why there are none. */
function clockOf({gpuMilliseconds, gpuReason}: BenchResult, note: (reason: string | undefined) => string): string[] {
  if (gpuReason !== undefined) return [note(gpuReason), ''];
  return [digits(gpuMilliseconds?.ours), digits(gpuMilliseconds?.builtin)];
}

function nativeOf({milliseconds, peerRatio}: BenchResult, hasPeer: boolean): string[] {
  if (!hasPeer) return [];
  return peerRatio === undefined ? ['', ''] : [digits(milliseconds?.peer), times(peerRatio)];
}

/** A table with one row for each layer and pass: the chosen algorithm, the others, and the predicted time of each. */
function choiceTable(results: readonly BenchResult[], colors: Colors): string[] {
  const lines = newTable(['layer', 'pass', 'chosen', 'ms', 'predicted', 'others: ms (predicted)', 'loss'], 3, colors, [
    'others: ms (predicted)',
    'predicted',
  ]);
  for (const {layer, pass, algorithm, milliseconds, predictedMilliseconds, alternatives = [], loss = 1} of results) {
    const others = alternatives.map(
      (alternative) =>
        `${alternative.algorithm} ${digits(alternative.milliseconds)} (${digits(alternative.predictedMilliseconds)})`,
    );
    lines.push([
      ...[layer, pass, algorithm, digits(milliseconds?.ours), digits(predictedMilliseconds), others.join(', ')],
      loss > 1 ? `${((loss - 1) * 100).toFixed(0)}%` : '',
    ]);
  }
  return [lines.toString()];
}

function summaryTable(rows: readonly SummaryRow[], {environment: {backends}}: BenchReport, colors: Colors): string {
  const hasPeer = rows.some(({peerLayers}) => peerLayers !== undefined);
  const native = hasPeer ? ['vs native', 'of layers'] : [];
  const head = ['backend', 'pass', 'layers', 'GFLOP/s', 'kernel/peak', 'call/peak', 'speedup', 'of layers', ...native];
  const lines = newTable(head, 2, colors, [
    ...['of layers', 'vs native', 'call/peak', 'kernel/peak', 'GFLOP/s', 'layers'],
  ]);
  for (const {backend, pass, layers, gflops, fractionOfPeak, ratio, ratioLayers, peerRatio, peerLayers} of rows) {
    lines.push([
      ...[isSoftware(backends[backend]) ? `${backend}, software rendering` : backend],
      ...[pass, layers, digits(gflops), percent(fractionOfPeak?.kernel), percent(fractionOfPeak?.whole)],
      ...[times(ratio), ratioLayers, ...(hasPeer ? [times(peerRatio), peerLayers ?? 0] : [])],
    ]);
  }
  return lines.toString();
}

function delegatedLines(rows: readonly SummaryRow[]): string[] {
  return rows
    .filter(({delegated}) => delegated > 0)
    .map(
      ({backend, pass, layers, delegated}) =>
        `On ${backend} convgrad by default delegates ${delegated} of ${layers} ${pass} rows to the built-in; no call of the built-in counts as convgrad’s.`,
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
