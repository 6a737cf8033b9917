import type {Part} from './part.js';
import type {FourierSide} from './spectrum.js';
import type {TileMatrix} from './tileMatrices.js';

/**
 * A matrix inside an array: element (i, j) stands at `offset + i·rowStride + j·columnStride`.
 * Swapping the two strides transposes it without a copy.
 */
export interface Matrix {
  data: Float32Array;
  offset: number;
  rowStride: number;
  columnStride: number;
}

/** One of several matrices that stand one below the other; the array may be any. */
export type Stacked = Matrix & {rows: number};

/** Memory that an engine computes on, from `within`. Its arrays hold anything until they are written. */
export interface Arena {
  floats(length: number): Float32Array;
  integers(length: number): Int32Array;
}

/** A matrix of k rows and n columns in the order in which an engine reads it. */
export interface Packed {
  readonly k: number;
  readonly n: number;
}

/** Packed matrices of one size, one for each plane. */
export interface PackedPlanes extends Packed {
  readonly count: number;
}

/**
 * Products of the windows of a source with one matrix: for each pixel p, out[p, j] = Σ_k window(p)[k] · b[k, j]. All arrays are the arena's,
 * and all places are given in bytes from the start of their array.
 */
export interface Gather {
  source: Float32Array;
  /** Where the window of each pixel begins. */
  pixels: Int32Array;
  /** The window's contiguous stretches, in the order of b's rows: pairs of place (from the window's beginning, may be negative) and length in floats. */
  runs: Int32Array;
  b: Packed;
  out: Float32Array;
  /** Where the n results of each pixel go; without it they follow one another. */
  outs?: Int32Array;
}

/**
 * Sums over pixels of windows times rows: out[k, j] = Σ_p source[offsets[k] + pixels[p]] · b[p, j], a product [K×P]·[P×n] whose left matrix is
 * never made. All arrays are the arena's, and all places are given in bytes from the start of the source.
 */
export interface Outer {
  source: Float32Array;
  offsets: Int32Array;
  pixels: Int32Array;
  /** One row for each pixel. */
  b: Packed;
  /** [offsets.length × n] */
  out: Float32Array;
  accumulate: boolean;
}

/** Matrices of one size at equal distances: of each element of a tile one, with a row for each tile. The arrays are the arena's, places and steps are bytes. */
export interface Planes {
  all: Float32Array;
  /** From one matrix to the next. */
  step: number;
  /** Where the rows of each begin, and how far apart they are. */
  rows: Int32Array;
  rowStep: number;
}

/** A product of two matrices for each plane. The arrays are the arena's. */
export interface PlaneProducts {
  source: Planes;
  /** Where the columns of the source lie in a row, as of {@link Gather} and {@link Outer}: one stretch, or places one after another. */
  columns: Int32Array;
  b: PackedPlanes;
  out: Planes;
}

/** What follows a convolution: y ← activation(y + bias), channel by channel. */
export interface Epilogue {
  /** A value for each channel. */
  bias?: Float32Array | undefined;
  activation: 'linear' | 'relu' | 'relu6' | 'prelu' | 'leakyrelu';
  /** The slopes of prelu below zero, one for each channel. */
  slopes?: Float32Array | undefined;
  /** The slope of leakyrelu below zero. */
  alpha: number;
}

/**
 * Sums of products in lanes that never meet: out[rows[r].to + lane] = Σ_t source[rows[r].from + terms[t].from + lane] · filter[terms[t].to + lane] for
 * each lane. All arrays are the arena's, and all places are given in bytes from the start of their array. Rows and terms may change places: a sum
 * over the taps of each pixel reads the same tables as a sum over the pixels of each tap.
 */
export interface Lanes {
  source: Float32Array;
  /** Pairs of places: in the source and in out. */
  rows: Int32Array;
  /** Pairs of places: in the source, from the row's on, and in the filter. */
  terms: Int32Array;
  filter: Float32Array;
  out: Float32Array;
  lanes: number;
  /** Adds to what out holds. */
  accumulate: boolean;
}

/** Channels of which each stands for `times` others, side by side. Both arrays are the arena's. */
export interface Repeat {
  source: Float32Array;
  times: number;
  out: Float32Array;
}

/**
 * Small tiles of a source, in lanes that never meet. Element (i, j) of tile t stands at tiles[t] + i·rowStep + j·columnStep. Both arrays are the arena's,
 * and all places and steps are bytes.
 */
export interface TilesFrom {
  source: Float32Array;
  /** Where each tile begins. */
  tiles: Int32Array;
  /** From one row of a tile to the next; may be negative. */
  rowStep: number;
  columnStep: number;
  lanes: number;
}

/** Tiles, each turned into another by a matrix from both sides, M·tile·Mᵀ, or lines by one, line·Mᵀ. */
export interface Tiles extends TilesFrom {
  matrix: TileMatrix;
}

/** Where tiles go, in the same way; the arrays are the arena's. */
export interface TilesTo {
  out: Float32Array;
  /** Where each begins. */
  outs: Int32Array;
  outRowStep: number;
  outColumnStep: number;
}

/** Tiles of side×side real numbers. */
export interface FourierTiles extends TilesFrom {
  side: FourierSide;
  /** How many rows and columns a tile has of its own; the others are zeros. */
  rows: number;
  columns: number;
  /** Whether what a tile has is turned by 180°. */
  turned: boolean;
}

/** Where the last rows and columns of tiles go. */
export interface FourierTo extends TilesTo {
  side: FourierSide;
  rows: number;
  columns: number;
  lanes: number;
}

/** Something that is made of a filter and nothing else, which may be kept from call to call. */
export interface Keeping {
  source: Float32Array;
  /** Names what is made: two that differ in anything have two names. */
  recipe: string;
  /** What it takes of an arena. */
  bytes: number;
  /** Whether comparing the filter with a copy takes less time than making it; else it is kept only where somebody vouches for the filter. */
  compare: boolean;
}

/** What algorithms build on, so that one fast engine makes every algorithm fast. */
export interface Engine {
  readonly name: string;
  readonly parts: readonly Part[];
  /** How many threads compute, as of now. */
  threads(): number;
  /** How many share work of so many operations. */
  threadsFor(operations: number): number;
  /** Lets memory and threads go; they come back when they are needed. */
  release(): void;
  /**
   * Runs fn with an arena that holds as many bytes, plus {@link arrayBytes} for each array, and takes the arena back.
   * @throws ConvgradError when there is not so much memory
   */
  within<T>(bytes: number, fn: (arena: Arena) => T): T;
  /**
   * What `make` made of a filter in an earlier call, or makes now so that it stays; undefined where the caller is to make it for this call only. Asked before
   * anything is taken of the arena, of which `make` first takes what is to stay.
   */
  keep<T>(wanted: Keeping, make: () => T): T | undefined;
  /** Bytes of an arena that `reserve` takes. */
  packedBytes(k: number, n: number): number;
  /** Room for matrices of up to k rows and n columns. */
  reserve(arena: Arena, k: number, n: number): Packed;
  /** Bytes of an arena that `reservePlanes` takes. */
  packedPlanesBytes(count: number, k: number, n: number): number;
  /** Room for so many matrices of up to k rows and n columns each. */
  reservePlanes(arena: Arena, count: number, k: number, n: number): PackedPlanes;
  /** Copies matrices that stand one below the other into the room. */
  pack(room: Packed, blocks: readonly Stacked[]): Packed;
  /** Copies the first n columns of a matrix to an array of the arena, row by row, `pitch` floats apart. */
  copy(block: Stacked, n: number, out: Float32Array, pitch: number): void;
  gather(work: Gather): void;
  outer(work: Outer): void;
  /** out[t, j] = Σ_k source[t, k] · b[k, j] for each plane; columns are [0, k]. */
  gatherPlanes(work: PlaneProducts): void;
  /** out[k, j] = Σ_t source[t, k] · b[t, j] for each plane, or added to what out holds; columns are 0, 4, 8, … */
  outerPlanes(work: PlaneProducts & {accumulate: boolean}): void;
  /** Applies an epilogue to `count` pixels of n channels in place; all arrays are the arena's. */
  finish(out: Float32Array, count: number, n: number, epilogue: Epilogue): void;
  lanes(work: Lanes): void;
  /** out[i·times + m] = source[i], for all of the source */
  repeat(work: Repeat): void;
  /** out[i] = Σ_m source[i·times + m], for all of out */
  fold(work: Repeat): void;
  transform(work: Tiles & TilesTo): void;
  /**
   * Turns tiles into packed matrices, one for each element of a turned tile, row by row: row t of each is that element of tile t in all lanes.
   */
  transformPacked(work: Tiles, room: PackedPlanes): PackedPlanes;
  /** The spectra of tiles, whose planes `spectrum.ts` lists. */
  fourier(work: FourierTiles, to: Planes): void;
  /** The same as packed matrices, one for each plane: row t of each is that plane of tile t in all lanes. */
  fourierPacked(work: FourierTiles, room: PackedPlanes): PackedPlanes;
  /** The tiles whose spectra are products of spectra, plane by plane, or sums of such: convolutions in a circle of side×side. */
  fourierInverse(products: Planes, to: FourierTo): void;
  /**
   * `c ← a·b`, or `c ← c + a·b` with `accumulate`; [M×K]·[K×N]→[M×N], on any arrays. Each element of the product is accumulated in at least
   * float32; c must not overlap a or b.
   */
  gemm(m: number, n: number, k: number, a: Matrix, b: Matrix, c: Matrix, accumulate: boolean): void;
  /** Arithmetic on registers alone, which no computation of this engine can outrun. @returns how many floating-point operations were done */
  probe(turns: number): number;
}

/** What an array takes of an arena beside its elements: alignment, and room to read on in the last tile. */
export const arrayBytes = 64;
