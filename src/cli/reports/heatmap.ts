import type {HeatmapSlice} from '../../verify/report/heatmap.js';
import {type Content, type Markup, markup} from './markup.js';

/** The widest a map may be, and its cells. Only the largest cells have room for numbers. */
const maxWidth = 208;
const maxCell = 34;

/** What a map shows. */
interface HeatmapDrawing {
  title: string;
  values: readonly number[];
  columns: number;
  /** The value of the strongest colour. */
  scale: number;
  /** Values above it are not allowed. */
  limit?: number;
  summary?: string;
}

/** Four maps of one plane: got, want, their difference, and the error as a share of its bound; where nothing is allowed, what is wrong. */
export function heatmaps(plane: HeatmapSlice): Markup {
  const {got, want, bound, columns} = plane;
  const difference = got.map((value, i) => value - want[i]);
  const scale = largest([...got, ...want]);
  const maps: HeatmapDrawing[] = [
    {title: 'got', values: got, columns, scale},
    {title: 'want', values: want, columns, scale},
    {title: 'difference', values: difference, columns, scale: largest(difference)},
  ];
  if (bound.every((allowed) => allowed === 0)) {
    const values = difference.map((error) => (error === 0 ? 0 : 1));
    const summary = `${values.filter(Boolean).length} of ${values.length} elements`;
    maps.push({title: 'wrong', values, columns, scale: 1, limit: 0, summary});
  } else {
    const values = difference.map((error, i) => (error === 0 ? 0 : Math.abs(error) / bound[i]));
    maps.push({title: 'error / bound', values, columns, scale: 1, limit: 1});
  }
  return markup`<figure class="plane"><figcaption>${positionOf(plane)}</figcaption><div class="maps">${maps.map(draw)}</div></figure>`;
}

function positionOf({place, from: [row, column]}: HeatmapSlice): string {
  return row + column === 0 ? place : `${place}, from row ${row}, column ${column}`;
}

/** The largest of the finite values, in absolute terms. */
function largest(values: readonly number[]): number {
  return values.reduce((sofar, value) => (Number.isFinite(value) ? Math.max(sofar, Math.abs(value)) : sofar), 0);
}

function draw(map: HeatmapDrawing): Markup {
  const {title, values, columns, summary = range(values)} = map;
  const size = Math.min(maxCell, Math.floor(maxWidth / columns));
  const [width, height] = [columns * size, (values.length / columns) * size];
  return markup`<figure><svg class="map" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}"><rect class="none" width="${width}" height="${height}"/>${values.map((_, i) => cell(map, i, size))}</svg><figcaption>${title} <span>${summary}</span></figcaption></figure>`;
}

/** The colours are the page's, which follow its theme; a cell says only how strong its own is. */
function cell(
  {values, columns, scale, limit = Number.POSITIVE_INFINITY}: HeatmapDrawing,
  i: number,
  size: number,
): Content {
  const value = values[i];
  const [row, column] = [Math.floor(i / columns), i % columns];
  const isBeyond = !Number.isFinite(value) || value > limit;
  const strength = isBeyond ? 100 : Math.min(100, Math.round((100 * Math.abs(value)) / scale));
  const [x, y] = [column * size, row * size];
  const colour = isBeyond ? 'beyond' : value < 0 ? 'negative' : 'positive';
  return [
    // The ground shows through where there is nothing.
    value !== 0 &&
      markup`<rect class="${colour}" style="--s:${strength}%" x="${x}" y="${y}" width="${size}" height="${size}"><title>row ${row}, column ${column}: ${value}</title></rect>`,
    size === maxCell &&
      limit !== 0 &&
      markup`<text class="${strength > 60 ? 'on-strong' : 'on-weak'}" x="${x + size / 2}" y="${y + size / 2 + 3.5}">${brief(value)}</text>`,
  ];
}

function range(values: readonly number[]): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return 'nothing finite';
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const span = low === high ? brief(low) : `${brief(low)} … ${brief(high)}`;
  return finite.length < values.length ? `${span}, ${values.length - finite.length} not finite` : span;
}

/** At most five characters or so. */
function brief(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const long = size !== 0 && (size < 0.01 || size >= 1e5);
  const text = long ? value.toExponential(0) : String(Number(value.toPrecision(3)));
  return text.replace('-', '−').replace('e+', 'e');
}
