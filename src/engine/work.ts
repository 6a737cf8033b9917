import {panelsOf} from './panels.js';
import {type FourierSide, fourierSides} from './spectrum.js';
import {type TileMatrix, tileMatrices} from './tileMatrices.js';

/** Products of windows or of outer products, in tiles of so many columns; see panels.ts. */
const productKinds = ['gather8', 'gather4', 'gather1', 'outer8', 'outer4', 'outer1'] as const;

/** Transforms of tiles, by their side. */
const fourierKinds = fourierSides.map((side): `fourier${FourierSide}` => `fourier${side}`);
const inverseKinds = fourierSides.map((side): `inverse${FourierSide}` => `inverse${side}`);

/**
 * What a computation consists of, each in a measure of its own: products in floating-point operations, `tiles` in register tiles that are begun and
 * stored, `calls` in calls of kernels, matrices that turn tiles and Fourier transforms in tiles times lanes, `lanes` in operations, `copied` and `packed` in bytes, `scalar` in
 * operations of plain loops.
 */
export const workKinds = [
  ...productKinds,
  ...(['tiles', 'calls', 'lanes'] as const),
  ...tileMatrices,
  ...fourierKinds,
  ...inverseKinds,
  ...(['copied', 'packed', 'scalar'] as const),
] as const;
export type WorkKind = (typeof workKinds)[number];

/** How much there is of each kind, and in how many pieces it comes, each of which threads share out by itself; one where nothing is said. */
export type Work = Readonly<Partial<Record<WorkKind | 'pieces', number>>>;

/** What threads share out among them; the rest is done by the one that calls. */
export function isShared(kind: WorkKind): boolean {
  return !['calls', 'copied', 'packed', 'scalar'].includes(kind);
}

/** Rows of most register tiles. */
const tileRows = 6;

/** A product [rows×depth]·[depth×columns]. */
export interface Product {
  kind: 'gather' | 'outer';
  rows: number;
  depth: number;
  columns: number;
}

/** So many such products, each done in so many blocks. */
export function products({kind, rows, depth, columns}: Product, count: number, blocks: number): Work {
  const work: Partial<Record<WorkKind | 'pieces', number>> = {pieces: blocks};
  const add = (key: WorkKind, amount: number) => {
    work[key] = (work[key] ?? 0) + count * amount;
  };
  const high = Math.ceil(rows / tileRows);
  for (const {columns: each, width} of panelsOf({k: depth, n: columns, place: 0})) {
    add(`${kind}${width}`, 2 * depth * (width === 1 ? rows * each : high * tileRows * width));
    add('tiles', kind === 'outer' ? high * blocks : high);
    add('calls', blocks);
  }
  return work;
}

/** Tiles turned by a matrix from both sides. */
export function turned(matrix: TileMatrix, tiles: number, lanes: number): Work {
  return {[matrix]: tiles * Math.ceil(lanes / 4) * 4};
}

/** Tiles turned into their spectra, and others turned back, in tiles times lanes. */
export function transformed(side: FourierSide, there: number, back: number): Work {
  return {[`fourier${side}`]: there, [`inverse${side}`]: back};
}

/** Everything together. */
export function together(...works: readonly Work[]): Work {
  const sum: Partial<Record<WorkKind | 'pieces', number>> = {};
  for (const {pieces, ...work} of works) {
    if (pieces !== undefined) sum.pieces = Math.max(sum.pieces ?? 1, pieces);
    for (const kind of Object.keys(work) as WorkKind[]) sum[kind] = (sum[kind] ?? 0) + (work[kind] ?? 0);
  }
  return sum;
}
