import {panelsOf} from './panels.js';
import {type FourierSide, fourierSides} from './spectrum.js';
import {type TileMatrix, tileMatrices} from './tileMatrices.js';

/** Indirect GEMMs, plain and with A transposed, in tiles of so many columns: vectors of them, or up to three each for itself; see panels.ts. */
const gemmKinds = [
  ...(['igemm8', 'igemm4', 'igemm3', 'igemm2', 'igemm1'] as const),
  ...(['igemmTransposed8', 'igemmTransposed4', 'igemmTransposed3', 'igemmTransposed2', 'igemmTransposed1'] as const),
] as const;

/** Transforms of tiles, by their side. */
const fourierKinds = fourierSides.map((side): `fourier${FourierSide}` => `fourier${side}`);
const inverseKinds = fourierSides.map((side): `inverse${FourierSide}` => `inverse${side}`);

/**
 * What a computation consists of, each in a measure of its own: products in floating-point operations, `tiles` in register tiles that are begun and
 * stored, `calls` in calls of kernels, matrices that transform tiles and Fourier transforms in tiles times lanes, `dwconv` in operations, `copied` and `packed`
 * in bytes, `scalar` in operations of plain loops.
 */
export const workKinds = [
  ...gemmKinds,
  ...(['tiles', 'calls', 'dwconv'] as const),
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
export interface GemmShape {
  kind: 'igemm' | 'igemmTransposed';
  rows: number;
  depth: number;
  columns: number;
}

/**
 * So many such products, each done in so many blocks.
 * @param calls of kernels, for panels of one width: one for each product and block, unless those of a batch are one
 */
export function gemmWork(
  {kind, rows, depth, columns}: GemmShape,
  count: number,
  blocks: number,
  calls = count * blocks,
): Work {
  const work: Partial<Record<WorkKind | 'pieces', number>> = {pieces: blocks};
  const add = (key: WorkKind, amount: number) => {
    work[key] = (work[key] ?? 0) + count * amount;
  };
  const high = Math.ceil(rows / tileRows);
  work.calls = calls;
  for (const {columns: each, width} of panelsOf({k: depth, n: columns, address: 0})) {
    const narrow = each as 1 | 2 | 3;
    if (width === 1) add(`${kind}${narrow}`, 2 * depth * rows * narrow);
    else add(`${kind}${width}`, 2 * depth * high * tileRows * width);
    // Narrow tiles are half as high, and their sums lie in four parts.
    add('tiles', (kind === 'igemmTransposed' ? high * blocks : high) * (width === 1 ? 4 : 1));
  }
  return work;
}

/** What kernels that transform tiles make of so many lanes: whole vectors. */
export function paddedLanes(lanes: number): number {
  return 4 * Math.ceil(lanes / 4);
}

/** The same on the way into packed matrices, where each narrow column goes by itself. */
export function packedPaddedLanes(lanes: number): number {
  return [...panelsOf({k: 0, n: lanes, address: 0})].reduce(
    (sum, {columns, width}) => sum + (width === 1 ? 4 * columns : paddedLanes(columns)),
    0,
  );
}

/** Tiles transformed by a matrix from both sides, in lanes of whole vectors. */
export function tileTransformWork(matrix: TileMatrix, tiles: number, lanes: number): Work {
  return {[matrix]: tiles * lanes};
}

/** Tiles transformed into their spectra, and others back, in tiles times lanes. */
export function fourierWork(side: FourierSide, there: number, back: number): Work {
  return {[`fourier${side}`]: there, [`inverse${side}`]: back};
}

/** Everything together. */
export function sumWork(...works: readonly Work[]): Work {
  const sum: Partial<Record<WorkKind | 'pieces', number>> = {};
  for (const {pieces, ...work} of works) {
    if (pieces !== undefined) sum.pieces = Math.max(sum.pieces ?? 1, pieces);
    for (const kind of Object.keys(work) as WorkKind[]) sum[kind] = (sum[kind] ?? 0) + (work[kind] ?? 0);
  }
  return sum;
}
