import {passes} from '../../geometry/pass.js';
import {isGood, type VerifyReport} from '../../verify/report/report.js';
import {histogram} from './histogram.js';
import {command, failures} from './htmlFailures.js';
import {style} from './htmlStyle.js';
import {skips, table} from './htmlTable.js';
import {Markup, markup} from './markup.js';

/**
 * The report as one self-contained page: no network (its own policy forbids it), no font, no framework.
 * @param commandLine the command that made the report
 */
export function htmlReport(report: VerifyReport, commandLine: string): string {
  const charts = passes.flatMap((pass) => {
    const rows = report.rows.filter((row) => row.pass === pass && row.ratios.some((count) => count > 0));
    return rows.length > 0 ? [histogram(pass, rows)] : [];
  });
  const {text} = markup`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${title(report)} · convgrad verify</title>
<style>${new Markup(style)}</style>
<main>
<header class="${isGood(report) ? 'good' : 'bad'}"><p>convgrad verify</p><h1>${title(report)}</h1>${tiles(report)}</header>
<section><h2>By backend, algorithm and pass</h2>${table(report)}</section>
${charts.length > 0 && markup`<section><h2>How close to the bound</h2><p class="muted">The largest error of each judgement on reals, as a share of the largest error that rounding can explain. A result beyond 1 is proved wrong.</p><div class="charts">${charts}</div></section>`}
${failures(report)}
${skips(report)}
<section><h2>This run</h2>${command(commandLine)}${facts(report)}</section>
</main>
<script>${new Markup(copyScript)}</script>
</html>
`;
  return text;
}

function title(report: VerifyReport): string {
  const {passed, failed, vacuous} = report.summary;
  const interrupted = report.interrupted ? 'Interrupted: ' : '';
  if (passed + failed + vacuous === 0) return `${interrupted}nothing was verified`;
  if (isGood(report)) return `${interrupted}all ${grouped(passed)} judgements passed`;
  return `${interrupted}${grouped(failed + vacuous)} of ${grouped(passed + failed + vacuous)} judgements did not pass`;
}

function tiles({summary: {passed, failed, skipped, vacuous, seconds}}: VerifyReport): Markup {
  const counts = Object.entries({passed, failed, skipped, vacuous}).filter(([what, n]) => n > 0 || what === 'failed');
  return markup`<dl class="tiles">${counts.map(([what, n]) => markup`<div><dd>${grouped(n)}</dd><dt>${what}</dt></div>`)}<div><dd>${seconds.toFixed(1)} s</dd><dt>time</dt></div></dl>`;
}

function facts({seed, options, environment, omitted}: VerifyReport): Markup {
  const {node, browser, tfjs, backends} = environment;
  const details = Object.entries(backends).map(([backend, about]): [string, string] => [
    backend,
    Object.entries(about)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ') || 'ready',
  ]);
  const all: [string, string | undefined][] = [
    ['seed', String(seed)],
    ['random cases', options.problems.length > 0 ? undefined : String(options.cases)],
    ['oracles', options.oracles.join(', ')],
    ['modules', options.imports.join(', ') || undefined],
    ['tfjs', tfjs],
    ['Node', node],
    ['browser', browser],
    ...details,
    [
      'not listed here',
      omitted === undefined ? undefined : `${grouped(omitted)} results of a long run, counted but not listed`,
    ],
  ];
  return markup`<dl class="facts">${all.map(([what, value]) => value !== undefined && markup`<dt>${what}</dt><dd>${value}</dd>`)}</dl>`;
}

/** Groups digits: 1234567 becomes 1 234 567. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** Copies a command. If the clipboard is out of reach, it selects the text for the reader to copy. */
const copyScript = `
addEventListener('click', async ({target}) => {
  if (!target.matches?.('[data-copy]')) return;
  const code = target.previousElementSibling;
  try {
    await navigator.clipboard.writeText(code.textContent);
    target.textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren(code);
    target.textContent = document.execCommand('copy') ? 'Copied' : 'Selected';
  }
  setTimeout(() => { target.textContent = 'Copy'; }, 1500);
});
`;
