import type {HeatmapSlice, InputPlane} from '../../verify/report/heatmap.js';
import {type Content, type Markup, markup} from './markup.js';

/** The largest width of a map and of its cells. Only the largest cells have room for numbers. */
const maxWidth = 208;
const maxCell = 34;

/** One map to draw. */
interface HeatmapDrawing {
  title: string;
  values: readonly number[];
  columns: number;
  /** The value that gets the strongest colour. */
  scale: number;
  /** Values above this are marked as not allowed. */
  limit?: number;
  summary?: string;
}

/**
 * Draws four maps of one plane: got, want, their difference, and the error as a share of its bound. Where the bound is 0
 * everywhere, the last shows the wrong elements.
 */
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

/** Draws the first plane of each input. */
export function inputMaps(planes: readonly InputPlane[]): Markup {
  const maps = planes.map(({name, values, columns}) => draw({title: name, values, columns, scale: largest(values)}));
  return markup`<figure class="plane"><figcaption>the inputs’ first image and channel</figcaption><div class="maps">${maps}</div></figure>`;
}

function positionOf({place, from: [row, column]}: HeatmapSlice): string {
  return row + column === 0 ? place : `${place}, from row ${row}, column ${column}`;
}

/** The largest absolute value of the finite values. */
function largest(values: readonly number[]): number {
  return values.reduce((sofar, value) => (Number.isFinite(value) ? Math.max(sofar, Math.abs(value)) : sofar), 0);
}

function draw(map: HeatmapDrawing): Markup {
  const {title, values, columns, summary = range(values)} = map;
  const size = Math.min(maxCell, Math.floor(maxWidth / columns));
  const [width, height] = [columns * size, (values.length / columns) * size];
  return markup`<figure><svg class="map" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}"><rect class="none" width="${width}" height="${height}"/>${values.map((_, i) => cell(map, i, size))}</svg><figcaption>${title} <span>${summary}</span></figcaption></figure>`;
}

/** Draws one cell. It sets only the strength of its colour; the page's theme sets the colours. */
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
    // A zero gets no rectangle, so the background shows.
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

/** Formats a number in about five characters. */
function brief(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const long = size !== 0 && (size < 0.01 || size >= 1e5);
  const text = long ? value.toExponential(0) : String(Number(value.toPrecision(3)));
  return text.replace('-', '−').replace('e+', 'e');
}
