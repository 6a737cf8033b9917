import type {Pass} from '../../geometry/pass.js';
import {type ReportRow, ratioEdges} from '../../verify/report/tally.js';
import {type Markup, markup} from './markup.js';

const labels = [
  '0',
  ...ratioEdges.slice(1).map((edge) => (edge < 0.001 ? edge.toExponential(0) : String(edge))),
  '> 1',
];
const height = 120;
const step = 30;
const base = height + 18;

/** A histogram of the largest error/bound of each judgement, over all rows of one pass. */
export function histogram(pass: Pass, rows: readonly ReportRow[]): Markup {
  const counts = labels.map((_, i) => rows.reduce((sum, {ratios}) => sum + ratios[i], 0));
  const most = Math.max(1, ...counts);
  const bars = counts.map((count, i) => {
    const tall = count === 0 ? 0 : Math.max(2, (count / most) * height);
    const x = i * step;
    const kind = i === labels.length - 1 ? 'bar beyond' : 'bar';
    return markup`<rect class="${kind}" x="${x + 3}" y="${(base - tall).toFixed(1)}" width="${step - 6}" height="${tall.toFixed(1)}" rx="2"><title>${i > 0 && i < labels.length - 1 && 'up to '}${labels[i]}: ${count}</title></rect>
${count > 0 && markup`<text class="count" x="${x + step / 2}" y="${(base - tall - 4).toFixed(1)}">${short(count)}</text>`}
<text x="${x + step / 2}" y="${base + 13}">${labels[i]}</text>`;
  });
  const width = labels.length * step;
  return markup`<figure class="histogram"><figcaption>${pass}</figcaption>
<svg viewBox="0 0 ${width} ${base + 20}" role="img" aria-label="Errors of ${pass} by share of their bound">
<line class="axis" x1="0" y1="${base}" x2="${width}" y2="${base}"/>
<line class="limit" x1="${width - step}" y1="10" x2="${width - step}" y2="${base}"/>
${bars}</svg></figure>`;
}

/** Shortens a count to fit a narrow bar: 12 345 becomes 12k. */
function short(count: number): string {
  if (count < 1000) return String(count);
  return count < 1e6 ? `${Math.round(count / 1000)}k` : `${(count / 1e6).toFixed(1)}M`;
}
