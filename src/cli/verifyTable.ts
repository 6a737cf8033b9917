import {type Pass, passes} from '../geometry/pass.js';
import {missedCounters} from '../verify/proof/coverage.js';
import {isGood, unjudged, type VerifyReport} from '../verify/report/report.js';
import type {VerifyResult} from '../verify/report/result.js';
import {groupBy} from './groupBy.js';
import {type Colors, counted, cut, drawTable, plural, terminalWidth, wrap, wrapIndented} from './layout.js';
import {printableData} from './printable.js';
import {readableText} from './readableProblem.js';
import {describeDetails} from './verifyDetails.js';

/** How the report is shown. */
export interface ReportView {
  colors: Colors;
  /** Whether to show every algorithm, reason and failure; false by default. */
  details?: boolean;
  /** The words that start the command again, for what to do next. */
  command?: string;
  /** The width of the terminal in columns. */
  width?: number;
}

/** The most reasons that are shown without details, and the most lines of a diagnosis. */
const most = {reasons: 5, diagnosis: 6};

/** The report as text for the terminal: the verdict, what failed first, a table of backends and passes, and what to do next. */
export function describeReport(raw: VerifyReport, view: ReportView): string {
  const {colors, details = false, command = 'npx convgrad verify', width = terminalWidth()} = view;
  const {results, ...complete} = raw;
  const bad = results.filter(({status}) => status === 'failed' || status === 'vacuous');
  const report: VerifyReport = {...raw, ...printableData({...complete, results: bad})};
  const first = firstFailure(report);
  const replay = first?.diagnosis?.smallest.replay || first?.replay;
  return [
    ...verdict(report, colors, width),
    ...(bad.length > 0 ? ['', ...failureLines(report, colors, width)] : []),
    ...(report.rows.length > 0 ? ['', ...table(report, colors, width)] : []),
    ...coverage(report, colors, width),
    ...imports(report, colors, width),
    ...(details ? ['', ...describeDetails(report, colors, width)] : bad.length > 0 ? [] : skipped(report, width)),
    ...(bad.length > 0 ? ['', ...(replay ? ['replay:', replay] : [])] : next(report, command, details, width)),
  ].join('\n');
}

/** Names what a pass computes, as users call it. */
function nameOf(pass: Pass): string {
  return {forward: 'forward', backpropInput: 'dX', backpropFilter: 'dFilter'}[pass];
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** The first line: on which backends, which passes, right or wrong, in how many problems. */
function verdict(report: VerifyReport, colors: Colors, width: number): string[] {
  const {passed, failed, vacuous, problems} = report.summary;
  const compared = passed + failed + vacuous;
  const counts = `${plural(compared, 'comparison')}, ${counted(failed)} failed${vacuous > 0 ? `, ${counted(vacuous)} vacuous` : ''}`;
  const tell = (text: string, color: (text: string) => string) => wrap(text, width, '  ').map(color);
  if (compared === 0)
    return tell(`${report.interrupted ? 'interrupted: ' : ''}nothing was verified: ${counts}`, colors.red);
  const wrong = report.rows.filter((row) => row.failed > 0);
  const judged = (rows: VerifyReport['rows']) => {
    const backends = report.options.backends.filter((name) => rows.some(({backend}) => backend === name));
    const names = passes.filter((pass) => rows.some((row) => row.pass === pass)).map(nameOf);
    return [
      (backends.length > 0 ? backends : [...new Set(rows.map(({backend}) => backend))]).join(', '),
      listed(names),
    ];
  };
  const [where, what] = judged(wrong.length > 0 ? wrong : report.rows.filter(({cases}) => cases > 0));
  const failing = new Set(report.results.filter(({status}) => status === 'failed').map(({problem}) => problem)).size;
  const judgement = wrong.length === 0 ? 'right in' : `wrong in ${counted(failing)} of`;
  const text = `${where}: ${what} ${judgement} ${plural(problems, 'problem')}, ${counts}`;
  if (report.interrupted) return tell(`interrupted: ${text}`, wrong.length > 0 ? colors.red : colors.yellow);
  return tell(text, isGood(report) ? colors.green : colors.red);
}

/** The failure that is told first: one with a diagnosis, if there is one. */
function firstFailure({results}: VerifyReport): VerifyResult | undefined {
  return results.find(({diagnosis}) => diagnosis) ?? results[0];
}

/** The first failure in at most twelve lines: diagnosis, smallest case, and which other kernels fail. */
function failureLines(report: VerifyReport, colors: Colors, width: number): string[] {
  const first = firstFailure(report)!;
  const {oracle, fill, reason, diagnosis, problem, status} = first;
  const smallest = diagnosis?.smallest ?? {problem, replay: first.replay ?? ''};
  const text = diagnosis
    ? diagnosis.text
        .replace(` Smallest case ${smallest.problem}; replay: ${smallest.replay}`, '')
        .replace(`; replay: ${smallest.replay}`, '')
    : `${status} against ${oracle} on ${fill}: ${reason}`;
  const told = wrapIndented(`  ${text}`, width);
  const kernels = groupBy(report.results, kernelOf);
  const others = kernels.filter(([other]) => kernelOf(other) !== kernelOf(first));
  const name = (one: VerifyResult) => `${one.backend} ${one.algorithm} ${nameOf(one.pass)}`;
  return [
    colors.red(cut(`${name(first)} is wrong`, width)),
    ...told.slice(0, most.diagnosis - 1),
    ...(told.length < most.diagnosis
      ? []
      : [told.length === most.diagnosis ? told.at(-1)! : '  … --details has the rest']),
    ...wrapIndented(`  smallest case: ${readableText(smallest.problem)}`, width).slice(0, 2),
    `  ${smallest.problem}`,
    ...(others.length > 0
      ? [cut(`  also wrong: ${others.map(([one]) => name(one)).join(', ')} (--details has all)`, width)]
      : []),
  ];
}

const kernelOf = ({backend, algorithm, pass}: VerifyResult) => `${backend}/${algorithm}/${pass}`;

/** One row for each backend: the comparisons of each pass, and the worst error as a share of what rounding may cause. */
function table({rows, options, coverage: {counters}}: VerifyReport, colors: Colors, width: number): string[] {
  const names = [...new Set([...options.backends, ...rows.map(({backend}) => backend)])];
  const shown = passes.filter((pass) => rows.some((row) => row.pass === pass));
  const lines = names.flatMap((name) => {
    const own = rows.filter(({backend}) => backend === name);
    if (own.length === 0) return [];
    const cells = shown.map((pass) =>
      cellOf(
        own.filter((row) => row.pass === pass),
        colors,
      ),
    );
    const worst = Math.max(...own.map(({worstRatio}) => worstRatio));
    const paths = counters.filter(({backend}) => backend === name);
    const ran = paths.filter(({hits}) => hits > 0).length;
    return [
      [
        ...[name, ...cells, Number.isFinite(worst) ? worst.toFixed(3) : '∞'],
        ...[paths.length > 0 ? `${ran} of ${paths.length}` : '–', new Set(own.map(({algorithm}) => algorithm)).size],
      ],
    ];
  });
  const head = ['comparisons', ...shown.map(nameOf), 'error/bound', 'code paths', 'algorithms'];
  return drawTable({head, rows: lines, words: 1, optional: ['algorithms', 'code paths']}, colors, width);
}

/** How many comparisons of a pass there were, and how many of them were wrong. */
function cellOf(rows: VerifyReport['rows'], colors: Colors): string {
  const sum = (of: 'passed' | 'failed' | 'vacuous') => rows.reduce((total, row) => total + row[of], 0);
  const [failed, all] = [sum('failed'), sum('passed') + sum('failed') + sum('vacuous')];
  if (rows.length === 0 || all === 0) return '–';
  return failed > 0 ? colors.red(`${counted(failed)} wrong of ${counted(all)}`) : counted(all);
}

/** The commonest reasons for skipping, one line each. */
function skipped({skipReasons, summary}: VerifyReport, width: number): string[] {
  if (summary.skipped === 0) return [];
  const counts = new Map<string, number>();
  for (const {reason, count} of skipReasons) counts.set(reason, (counts.get(reason) ?? 0) + count);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, sorted.length > most.reasons ? most.reasons - 1 : most.reasons);
  const digits = counted(Math.max(...counts.values())).length;
  const hidden = sorted.length - shown.length;
  return [
    `${plural(summary.skipped, 'comparison')} skipped, because`,
    ...shown.map(([reason, count]) => cut(`  ${counted(count).padStart(digits)}  ${reason}`, width)),
    ...(hidden > 0 ? [`  ${''.padStart(digits)}  … ${plural(hidden, 'more reason')}: --details`] : []),
  ];
}

/** Which code paths never ran, where that is a fault, or that the run was a partial one. */
function coverage({coverage}: VerifyReport, colors: Colors, width: number): string[] {
  const missed = missedCounters(coverage).map(({backend, counter}) => `${backend}'s ${counter}`);
  if (missed.length === 0) return [];
  return wrap(`code paths that never ran, so nothing is proved about them: ${missed.join('; ')}`, width, '  ').map(
    colors.red,
  );
}

/** The kernels that modules registered and no oracle judged. */
function imports(report: VerifyReport, colors: Colors, width: number): string[] {
  const {imported = [], late = []} = report;
  const titles = unjudged(report).filter((title) => !late.includes(title));
  const apart = imported.filter(({calls, asked}) => calls === 0 && !asked).map(({title}) => title);
  const told = (text: string) => wrap(text, width, '  ');
  const wrong = (text: string) => told(text).map(colors.red);
  return [
    ...(titles.length > 0 ? wrong(`imported but never called, so not judged: ${titles.join('; ')}`) : []),
    ...(late.length > 0
      ? wrong(
          `registered after the module had loaded, so not judged: ${late.join('; ')}; await the registration in the function that the module exports`,
        )
      : []),
    ...(apart.length > 0 ? told(`imported, but not requested in this run: ${apart.join('; ')}`) : []),
  ];
}

/** What the run left out, and how to go on. */
function next({options, summary, coverage}: VerifyReport, command: string, details: boolean, width: number): string[] {
  const {thorough, seed} = options;
  const isPartial = !coverage.complete && coverage.counters.length > 0;
  return [
    '',
    ...wrap(
      `${summary.seconds.toFixed(1)} s, seed ${seed}${isPartial ? '; a partial run, which need not reach every code path' : ''}`,
      width,
    ),
    ...(thorough
      ? []
      : [
          'left to --thorough:',
          '  every check but the reference on two of three problems,',
          '  and half of the algorithms on costly problems',
        ]),
    ...wrap(
      `next: ${command} ${thorough || details ? '--seed 2' : '--thorough'}${details ? '' : '; --details shows more'}`,
      width,
    ),
  ];
}
