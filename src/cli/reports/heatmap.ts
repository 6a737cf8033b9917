import type {Plane} from '../../verify/picture.js';
import {type Markup, markup} from './markup.js';

/** The widest a map may be, and its cells. */
const widest = 208;
const largestCell = 34;

/** Four maps of one plane: got, want, their difference, and the error as a share of its bound; where nothing is allowed, what is wrong. */
export function heatmaps(plane: Plane): Markup {
  const {got, want, bound, columns} = plane;
  const difference = got.map((value, i) => value - want[i]);
  const share = difference.map((error, i) => (error === 0 ? 0 : Math.abs(error) / bound[i]));
  const exact = bound.every((allowed) => allowed === 0);
  const wrong = `${share.filter((value) => value !== 0).length} of ${share.length} elements`;
  const scale = most([...got, ...want]);
  return markup`<figure class="plane"><figcaption>${place(plane)}</figcaption><div class="maps">${[
    map('got', got, columns, scale),
    map('want', want, columns, scale),
    map('difference', difference, columns, most(difference)),
    map(exact ? 'wrong' : 'error / bound', share, columns, Math.min(most(share), 1), exact ? wrong : range(share), 1),
  ]}</div></figure>`;
}

function place({place, from: [row, column]}: Plane): string {
  return row + column === 0 ? place : `${place}, from row ${row}, column ${column}`;
}

/** The largest of the finite values, in absolute terms. */
function most(values: readonly number[]): number {
  return values.reduce((sofar, value) => (Number.isFinite(value) ? Math.max(sofar, Math.abs(value)) : sofar), 0);
}

/**
 * One map. The colours are the page's, which follow its theme; a cell says only how strong its own is.
 * @param scale the value of the strongest colour
 * @param limit values above it are not allowed
 */
function map(
  title: string,
  values: readonly number[],
  columns: number,
  scale: number,
  summary = range(values),
  limit = Number.POSITIVE_INFINITY,
): Markup {
  const cell = Math.min(largestCell, Math.floor(widest / columns));
  const rows = values.length / columns;
  const cells = values.map((value, i) => {
    if (value === 0) return cell < largestCell ? undefined : label(value, i % columns, Math.floor(i / columns), cell);
    const [x, y] = [(i % columns) * cell, Math.floor(i / columns) * cell];
    const isBeyond = !Number.isFinite(value) || value > limit;
    const kind = isBeyond ? 'beyond' : value < 0 ? 'negative' : 'positive';
    const strength = isBeyond || scale === 0 ? 100 : 12 + Math.round((88 * Math.abs(value)) / scale);
    return markup`<rect class="${kind}" style="--s:${Math.min(100, strength)}%" x="${x}" y="${y}" width="${cell}" height="${cell}"><title>row ${Math.floor(i / columns)}, column ${i % columns}: ${value}</title></rect>${
      cell === largestCell && label(value, i % columns, Math.floor(i / columns), cell)
    }`;
  });
  const [width, height] = [columns * cell, rows * cell];
  return markup`<figure><svg class="map" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}"><rect class="none" width="${width}" height="${height}"/>${cells}</svg><figcaption>${title} <span>${summary}</span></figcaption></figure>`;
}

function label(value: number, column: number, row: number, cell: number): Markup {
  return markup`<text x="${(column + 0.5) * cell}" y="${(row + 0.5) * cell + 3.5}">${brief(value)}</text>`;
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
  const text =
    size !== 0 && (size < 0.01 || size >= 1e5) ? value.toExponential(0) : String(Number(value.toPrecision(3)));
  return text.replace('-', '−').replace('e+', 'e');
}
