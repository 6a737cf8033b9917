import type {VerifyReport} from '../../verify/report/report.js';
import type {VerifyResult} from '../../verify/report/result.js';
import {groupBy} from '../groupBy.js';
import {readableText} from '../readableProblem.js';
import {heatmaps, inputMaps} from './heatmap.js';
import {type Markup, markup} from './markup.js';

/** The number of failures that are shown per backend, algorithm and pass. */
const shown = 5;

/** The section of failed and vacuous results, with their heatmaps. */
export function failures({results}: VerifyReport): Markup | undefined {
  const bad = results.filter(({status}) => status === 'failed' || status === 'vacuous');
  if (bad.length === 0) return undefined;
  return markup`<section><h2>Not passed</h2>${groupBy(bad, anchorOf).map(groupOf)}</section>`;
}

/** The anchor of a row's failures on the page. */
export function anchorOf({backend, algorithm, pass}: Pick<VerifyResult, 'backend' | 'algorithm' | 'pass'>): string {
  return `${backend}-${algorithm}-${pass}`.replace(/[^\w-]/g, '_');
}

function groupOf(group: readonly VerifyResult[]): Markup {
  const [{backend, algorithm, pass}] = group;
  const runs = groupBy(group, ({problem, fill}) => `${problem} ${fill}`);
  // Runs with a heatmap come first, because it shows the most.
  runs.sort((a, b) => Number(isPictured(b)) - Number(isPictured(a)));
  const diagnosis = group.filter((result) => result.diagnosis).at(-1)?.diagnosis;
  return markup`<article id="${anchorOf(group[0])}"><h3>${backend} <b>${algorithm}</b> ${pass} <span class="badge">${runs.length} not passed</span></h3>
${diagnosis && markup`<p class="diagnosis"><b>Diagnosis</b> ${diagnosis.text}</p>`}
${runs.slice(0, shown).map(runOf)}${runs.length > shown && markup`<p class="muted">… and ${runs.length - shown} more; <code>--json FILE</code> has them all.</p>`}</article>`;
}

function isPictured(run: readonly VerifyResult[]): boolean {
  return run.some(({heatmap}) => heatmap);
}

/** One run. Several oracles may reject it; it is one failure. */
function runOf(rejected: readonly VerifyResult[]): Markup {
  const [{name, problem, fill, replay}] = rejected;
  const heatmap = rejected.find((result) => result.heatmap)?.heatmap;
  return markup`<div class="run"><h4><code>${problem}</code> <span class="muted">on ${fill}${name && ` · ${name}`}</span></h4>
<p class="muted">${readableText(problem)}</p>
<ul>${rejected.map(({oracle, status, reason}) => markup`<li><b>${oracle}</b> ${status === 'vacuous' && 'vacuous: '}${reason}</li>`)}</ul>
${heatmap?.slices.map(heatmaps)}${heatmap?.inputs && inputMaps(heatmap.inputs)}${replay && command(replay)}</div>`;
}

/** A command with a button that copies it. Without scripts, a click selects all of it. */
export function command(text: string): Markup {
  return markup`<div class="command"><code>${text}</code><button type="button" data-copy>Copy</button></div>`;
}
