import Table from 'cli-table3';
import type {createColors} from 'picocolors';
import {missedCounters} from '../verify/proof/coverage.js';
import type {VerifyReport} from '../verify/report/report.js';
import {isGood, unjudged} from '../verify/report/report.js';
import type {VerifyResult} from '../verify/report/result.js';
import {groupBy} from './groupBy.js';
import {printableData} from './printable.js';

export type Colors = ReturnType<typeof createColors>;

/** The number of failures that are printed per algorithm and pass; the JSON report has them all. */
const shownFailures = 10;

/** The report as text for the terminal. */
export function describeReport(raw: VerifyReport, colors: Colors): string {
  const {results, ...complete} = raw;
  const bad = results.filter(({status}) => status === 'failed' || status === 'vacuous');
  const report: VerifyReport = {...raw, ...printableData({...complete, results: bad})};
  const lines = [
    table(report, colors),
    ...skipped(report),
    ...overflows(report),
    ...failures(report, colors),
    ...coverage(report, colors),
    ...imports(report, colors),
    verdict(report, colors),
  ];
  return lines.join('\n').trimStart();
}

/** A table with one row for each backend, algorithm and pass. Times are sums over the cases that the built-in can run too. */
function table({rows}: VerifyReport, colors: Colors): string {
  const head = ['backend', 'algorithm', 'pass', 'cases', 'worst error/bound', 'ms', 'built-in ms', 'speedup'];
  const {length} = head;
  const lines = new Table({
    head,
    chars: {mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': ''},
    style: colors.isColorSupported ? {head: ['bold'], border: ['gray']} : {head: [], border: []},
    colAligns: Array.from({length}, (_, i) => (i < 3 ? 'left' : 'right')),
  });
  for (const {backend, algorithm, pass, cases, failed, worstRatio, milliseconds} of rows) {
    if (cases === 0) continue;
    const {ours, builtin} = milliseconds;
    const times =
      builtin > 0 ? [ours.toFixed(0), builtin.toFixed(0), `${(builtin / ours).toFixed(1)}×`] : ['–', '–', '–'];
    const worst = worstRatio === Number.POSITIVE_INFINITY ? '∞' : worstRatio.toFixed(3);
    lines.push([backend, algorithm, pass, cases, failed > 0 ? colors.red(worst) : worst, ...times]);
  }
  return lines.length > 0 ? lines.toString() : '';
}

function groups(results: readonly VerifyResult[]): VerifyResult[][] {
  return groupBy(results, ({backend, algorithm, pass}) => `${backend}/${algorithm}/${pass}`);
}

/** Every reason for skipping, once, with its count. */
function skipped({skipReasons}: VerifyReport): string[] {
  return skipReasons.map(({oracle, reason, count}) => {
    if (oracle === 'builtin') return `${count} compared with the reference only, not the built-in: ${reason}`;
    return `${count} skipped${oracle === 'reference' ? '' : ` by ${oracle}`}: ${reason}`;
  });
}

/** The results beyond float16's range, which had to overflow. All results within the range were right. */
function overflows({rows}: VerifyReport): string[] {
  return rows.flatMap(({backend, algorithm, pass, overflow}) =>
    overflow
      ? [
          `${backend} ${algorithm} ${pass}: float16 ends at ${overflow.beyond}; in ${overflow.cases} ${overflow.cases === 1 ? 'case' : 'cases'}, ${overflow.elements} results beyond it (up to ${overflow.largest.toPrecision(3)}) became ${overflow.became}, and none within it did`,
        ]
      : [],
  );
}

function failures({results}: VerifyReport, colors: Colors): string[] {
  return groups(results).flatMap((group) => {
    const [{backend, algorithm, pass}] = group;
    // Several oracles may reject one run. It counts as one failure, with one command that replays it.
    const runs = groupBy(group, ({problem, fill}) => `${problem} ${fill}`);
    const lines = runs.slice(0, shownFailures).flatMap((rejected) => {
      const [{name, problem, fill, status, reason, replay}] = rejected;
      const judges = rejected.map(({oracle}) => oracle).join(' and ');
      return [
        `  ${status} against ${judges} on ${fill}: ${reason}${name ? ` (${name})` : ''}`,
        `    ${replay ?? problem}`,
      ];
    });
    const hidden = runs.length - shownFailures;
    const more = hidden > 0 ? [`  … and ${hidden} more; --json FILE has them all`] : [];
    // If there are two diagnoses, the first explains side effects and the last explains wrong values.
    const {diagnosis} = group.filter((result) => result.diagnosis).at(-1) ?? {};
    const says = diagnosis ? [`  diagnosis: ${diagnosis.text}`] : [];
    return ['', colors.red(`${backend} ${algorithm} ${pass}: ${runs.length} not passed`), ...lines, ...more, ...says];
  });
}

/** How many code paths ran, and which ran least. */
function coverage({coverage}: VerifyReport, colors: Colors): string[] {
  const {counters, complete} = coverage;
  if (counters.length === 0) return [];
  const missed = missedCounters(coverage).map(({backend, counter}) => `${backend}'s ${counter}`);
  if (missed.length > 0)
    return [colors.red(`code paths that never ran, so nothing is proved about them: ${missed.join('; ')}`)];
  const hit = counters.filter(({hits}) => hits > 0);
  const counts = `${hit.length} of ${counters.length} code paths ran`;
  if (!complete || hit.length === 0) return [`${counts} (partial run)`];
  const least = hit.reduce((a, b) => (b.hits < a.hits ? b : a));
  return [`${counts}; least often, ${least.hits}×: ${least.backend}'s ${least.counter}`];
}

/** The kernels that modules registered and no oracle judged. */
function imports(report: VerifyReport, colors: Colors): string[] {
  const {imported = [], late = []} = report;
  const titles = unjudged(report).filter((title) => !late.includes(title));
  const apart = imported.filter(({calls, asked}) => calls === 0 && !asked).map(({title}) => title);
  return [
    ...(titles.length > 0 ? [colors.red(`imported but never called, so not judged: ${titles.join('; ')}`)] : []),
    ...(late.length > 0
      ? [
          colors.red(
            `registered after the module had loaded, so not judged: ${late.join('; ')}; await the registration in the function that the module exports`,
          ),
        ]
      : []),
    ...(apart.length > 0 ? [`imported, but not requested in this run: ${apart.join('; ')}`] : []),
  ];
}

function verdict(report: VerifyReport, colors: Colors): string {
  const {passed, failed, skipped, vacuous, seconds} = report.summary;
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped, ${vacuous} vacuous in ${seconds.toFixed(1)} s, seed ${report.seed}`;
  if (report.interrupted) return colors.yellow(`interrupted: ${counts}`);
  if (isGood(report)) return colors.green(counts);
  return colors.red(passed + failed + vacuous === 0 ? `nothing was verified: ${counts}` : counts);
}
