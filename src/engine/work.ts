import {panelsOf} from './panels.js';
import {type FourierSide, fourierSides} from './spectrum.js';
import {type TileMatrix, tileMatrices} from './tileMatrices.js';

/**
 * Indirect GEMMs, plain and with A transposed, by the columns of their tiles: eight or four as vectors, or one to three by
 * themselves. See panels.ts.
 */
const gemmKinds = [
  ...(['igemm8', 'igemm4', 'igemm3', 'igemm2', 'igemm1'] as const),
  ...(['igemmTransposed8', 'igemmTransposed4', 'igemmTransposed3', 'igemmTransposed2', 'igemmTransposed1'] as const),
] as const;

/** Fourier transforms of tiles, by the side of the tile. */
const fourierKinds = fourierSides.map((side): `fourier${FourierSide}` => `fourier${side}`);
const inverseKinds = fourierSides.map((side): `inverse${FourierSide}` => `inverse${side}`);

/**
 * The kinds of work in a computation, each with its own unit:
 * - products and `dwconv`: floating-point operations
 * - `tiles`: register tiles that are started and stored
 * - `calls`: calls of kernels
 * - matrices that transform tiles, and Fourier transforms: tiles times lanes
 * - `copied` and `packed`: bytes
 * - `scalar`: operations of plain loops
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

/** The amount of each kind, and the number of pieces (default 1). Threads share each piece separately. */
export type Work = Readonly<Partial<Record<WorkKind | 'pieces', number>>>;

/** Whether threads share this kind of work. The calling thread does the rest. */
export function isShared(kind: WorkKind): boolean {
  return !['calls', 'copied', 'packed', 'scalar'].includes(kind);
}

/** The rows of most register tiles. */
const tileRows = 6;

/** A product [rows×depth]·[depth×columns]. */
export interface GemmShape {
  kind: 'igemm' | 'igemmTransposed';
  rows: number;
  depth: number;
  columns: number;
}

/**
 * The work of `count` such products, each computed in `blocks` blocks.
 * @param calls kernel calls for panels of one width: one for each product and block, or one for each block if it computes a whole
 * batch
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
    // Narrow tiles have about half the rows and keep each sum in four parts.
    add('tiles', (kind === 'igemmTransposed' ? high * blocks : high) * (width === 1 ? 4 : 1));
  }
  return work;
}

/** The lanes that tile transforms compute: the number is rounded up to whole vectors. */
export function paddedLanes(lanes: number): number {
  return 4 * Math.ceil(lanes / 4);
}

/** The lanes that tile transforms into packed matrices compute. Each narrow column takes a vector of its own. */
export function packedPaddedLanes(lanes: number): number {
  return [...panelsOf({k: 0, n: lanes, address: 0})].reduce(
    (sum, {columns, width}) => sum + (width === 1 ? 4 * columns : paddedLanes(columns)),
    0,
  );
}

/** The work of transforming tiles with a matrix from both sides. `lanes` is a multiple of the vector size. */
export function tileTransformWork(matrix: TileMatrix, tiles: number, lanes: number): Work {
  return {[matrix]: tiles * lanes};
}

/** The work of transforming tiles into spectra (`there`) and spectra into tiles (`back`), in tiles times lanes. */
export function fourierWork(side: FourierSide, there: number, back: number): Work {
  return {[`fourier${side}`]: there, [`inverse${side}`]: back};
}

/** The sum of the work. Of the numbers of pieces it takes the largest. */
export function sumWork(...works: readonly Work[]): Work {
  const sum: Partial<Record<WorkKind | 'pieces', number>> = {};
  for (const {pieces, ...work} of works) {
    if (pieces !== undefined) sum.pieces = Math.max(sum.pieces ?? 1, pieces);
    for (const kind of Object.keys(work) as WorkKind[]) sum[kind] = (sum[kind] ?? 0) + (work[kind] ?? 0);
  }
  return sum;
}
