import type {VerifyReport} from '../../verify/report/report.js';
import type {ReportRow} from '../../verify/report/tally.js';
import {anchorOf} from './htmlFailures.js';
import {type Markup, markup} from './markup.js';

/** A table with one row for each backend, algorithm and pass. */
export function table({rows}: VerifyReport): Markup {
  const judged = rows.filter(({cases}) => cases > 0);
  if (judged.length === 0) return markup`<p>Nothing was judged.</p>`;
  return markup`<div class="wide"><table>
<thead><tr><th class="n">failed</th><th>backend</th><th>algorithm</th><th>pass</th><th class="n">cases</th><th class="n">passed</th><th class="n">skipped</th><th>worst error / bound</th><th class="n">built-in’s time / ours</th></tr></thead>
<tbody>${judged.map(rowOf)}</tbody></table></div>`;
}

function rowOf(row: ReportRow): Markup {
  const {backend, algorithm, pass, cases, passed, failed, vacuous, skipped, worstRatio, milliseconds} = row;
  const {ours, builtin} = milliseconds;
  const bad = failed + vacuous;
  const width = Math.round(100 * Math.min(1, worstRatio));
  return markup`<tr class="${bad > 0 ? 'bad' : 'good'}"><td class="n">${bad > 0 ? markup`<a href="#${anchorOf(row)}">${bad}</a>` : '0'}</td><td>${backend}</td><td>${algorithm}</td><td>${pass}</td>
<td class="n">${cases}</td><td class="n">${passed}</td><td class="n">${skipped}</td>
<td><span class="share"><span style="width:${width}%"></span></span> ${Number.isFinite(worstRatio) ? worstRatio.toFixed(3) : '∞'}</td>
<td class="n">${ours > 0 && builtin > 0 && bad === 0 ? `${(builtin / ours).toFixed(1)}×` : '–'}</td></tr>`;
}

/** The reasons why something was not judged, the most frequent first. */
export function skips({skipReasons}: VerifyReport): Markup | undefined {
  if (skipReasons.length === 0) return undefined;
  const sorted = [...skipReasons].sort((a, b) => b.count - a.count);
  return markup`<section><h2>Skipped, and why</h2><div class="wide"><table>
<thead><tr><th class="n">count</th><th>oracle</th><th>reason</th></tr></thead>
<tbody>${sorted.map(({oracle, reason, count}) => markup`<tr><td class="n">${count}</td><td>${oracle}</td><td class="text">${reason}</td></tr>`)}</tbody></table></div></section>`;
}
