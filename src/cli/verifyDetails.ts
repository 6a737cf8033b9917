import type {VerifyReport} from '../verify/report/report.js';
import type {VerifyResult} from '../verify/report/result.js';
import {groupBy} from './groupBy.js';
import {type Colors, drawTable, wrap, wrapIndented} from './layout.js';

/** The number of failures that are printed per algorithm and pass; the JSON report has them all. */
const shownFailures = 10;

/** Every algorithm and pass, every reason for skipping and the failures, for `--details`. */
export function describeDetails(report: VerifyReport, colors: Colors, width: number): string[] {
  return [
    ...table(report, colors, width),
    ...[...skipped(report), ...overflows(report), ...leastRun(report)].flatMap((line) => wrap(line, width, '  ')),
    ...failures(report, colors, width),
  ];
}

/**
 * One row for each backend, algorithm and pass. Times are sums over the cases that the built-in can run too. There are none beside a kernel
 * that is wrong.
 */
function table({rows}: VerifyReport, colors: Colors, width: number): string[] {
  const head = ['backend', 'algorithm', 'pass', 'cases', 'error/bound', 'ms', 'built-in ms', 'speedup'];
  const lines = rows
    .filter(({cases}) => cases > 0)
    .map(({backend, algorithm, pass, cases, failed, worstRatio, milliseconds: {ours, builtin}}) => {
      const isTimed = builtin > 0 && failed === 0;
      const times = isTimed
        ? [ours.toFixed(0), builtin.toFixed(0), `${(builtin / ours).toFixed(1)}×`]
        : ['–', '–', '–'];
      const worst = worstRatio === Number.POSITIVE_INFINITY ? '∞' : worstRatio.toFixed(3);
      return [backend, algorithm, pass, cases, failed > 0 ? colors.red(worst) : worst, ...times];
    });
  return lines.length > 0
    ? drawTable({head, rows: lines, words: 3, optional: ['built-in ms', 'ms', 'speedup']}, colors, width)
    : [];
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

/** Which code path ran least. */
function leastRun({coverage: {counters, complete}}: VerifyReport): string[] {
  const hit = counters.filter(({hits}) => hits > 0);
  if (hit.length === 0) return [];
  const counts = `${hit.length} of ${counters.length} code paths ran`;
  if (!complete) return [`${counts} (partial run)`];
  const least = hit.reduce((a, b) => (b.hits < a.hits ? b : a));
  return [`${counts}; least often, ${least.hits}×: ${least.backend}'s ${least.counter}`];
}

function failures({results}: VerifyReport, colors: Colors, width: number): string[] {
  return groupBy(results, kernelOf).flatMap((group) => {
    const [{backend, algorithm, pass}] = group;
    // Several oracles may reject one run. It counts as one failure, with one command that replays it.
    const runs = groupBy(group, ({problem, fill}) => `${problem} ${fill}`);
    const lines = runs.slice(0, shownFailures).flatMap((rejected) => {
      const [{name, problem, fill, status, reason, replay}] = rejected;
      const judges = rejected.map(({oracle}) => oracle).join(' and ');
      const told = `  ${status} against ${judges} on ${fill}: ${reason}${name ? ` (${name})` : ''}`;
      return [...wrapIndented(told, width), `    ${replay ?? problem}`];
    });
    const hidden = runs.length - shownFailures;
    const more = hidden > 0 ? [`  … and ${hidden} more; --json FILE has them all`] : [];
    // If there are two diagnoses, the first explains side effects and the last explains wrong values.
    const {diagnosis} = group.filter((result) => result.diagnosis).at(-1) ?? {};
    const says = diagnosis ? wrapIndented(`  diagnosis: ${diagnosis.text}`, width) : [];
    return ['', colors.red(`${backend} ${algorithm} ${pass}: ${runs.length} not passed`), ...lines, ...more, ...says];
  });
}

const kernelOf = ({backend, algorithm, pass}: VerifyResult) => `${backend}/${algorithm}/${pass}`;
