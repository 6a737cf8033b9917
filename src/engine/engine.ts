import type {CoverageCounter} from './coverageCounter.js';
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
export type StackedMatrix = Matrix & {rows: number};

/** Memory that an engine computes on, from `withArena`. Its arrays hold anything until they are written. */
export interface Arena {
  floats(length: number): Float32Array;
  integers(length: number): Int32Array;
}

/** A matrix of k rows and n columns in the order in which an engine reads it. */
export interface PackedMatrix {
  readonly k: number;
  readonly n: number;
}

/** Packed matrices of one size, one for each of a batch. */
export interface PackedBatch extends PackedMatrix {
  readonly count: number;
}

/**
 * Products of the windows of a source with one matrix: for each pixel p, out[p, j] = Σ_k window(p)[k] · b[k, j]. All arrays are the arena's,
 * and all offsets are given in bytes from the start of their array.
 */
export interface IndirectGemm {
  source: Float32Array;
  /** Where the window of each pixel begins. */
  pixelOffsets: Int32Array;
  /** The window's contiguous segments, in the order of b's rows: pairs of offset (from the window's beginning, may be negative) and length in floats. */
  segments: Int32Array;
  b: PackedMatrix;
  out: Float32Array;
  /** Where the n results of each pixel go; without it they follow one another. */
  outOffsets?: Int32Array;
}

/**
 * Sums over pixels of windows times rows: out[k, j] = Σ_p source[rowOffsets[k] + pixelOffsets[p]] · b[p, j], a product [K×P]·[P×n] whose left matrix is
 * never made. All arrays are the arena's, and all offsets are given in bytes from the start of the source.
 */
export interface IndirectGemmTransposed {
  source: Float32Array;
  rowOffsets: Int32Array;
  pixelOffsets: Int32Array;
  /** One row for each pixel. */
  b: PackedMatrix;
  /** [rowOffsets.length × n] */
  out: Float32Array;
  accumulate: boolean;
}

/** Matrices of one size at equal distances: of each element of a tile one, with a row for each tile. The arrays are the arena's, offsets and steps are bytes. */
export interface MatrixBatch {
  data: Float32Array;
  /** From one matrix to the next. */
  step: number;
  /** Where the rows of each begin, and how far apart they are. */
  rowOffsets: Int32Array;
  rowStep: number;
}

/** A product of two matrices for each matrix of the batch. The arrays are the arena's. */
export interface BatchedGemm {
  source: MatrixBatch;
  /** Where the columns of the source lie in a row, as of {@link IndirectGemm} and {@link IndirectGemmTransposed}: one segment, or offsets one after another. */
  columns: Int32Array;
  b: PackedBatch;
  out: MatrixBatch;
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
 * each lane. All arrays are the arena's, and all offsets are given in bytes from the start of their array. Rows and terms may change places: a sum
 * over the taps of each pixel reads the same tables as a sum over the pixels of each tap.
 */
export interface Dwconv {
  source: Float32Array;
  /** Pairs of offsets: in the source and in out. */
  rows: Int32Array;
  /** Pairs of offsets: in the source, from the row's on, and in the filter. */
  terms: Int32Array;
  filter: Float32Array;
  out: Float32Array;
  lanes: number;
  /** Adds to what out holds. */
  accumulate: boolean;
}

/** Channels of which each stands for `times` others, side by side. Both arrays are the arena's. */
export interface ChannelRepeat {
  source: Float32Array;
  times: number;
  out: Float32Array;
}

/**
 * Small tiles of a source, in lanes that never meet. Element (i, j) of tile t stands at tileOffsets[t] + i·rowStep + j·columnStep. Both arrays are the arena's,
 * and all offsets and steps are bytes.
 */
export interface TileSource {
  source: Float32Array;
  /** Where each tile begins. */
  tileOffsets: Int32Array;
  /** From one row of a tile to the next; may be negative. */
  rowStep: number;
  columnStep: number;
  lanes: number;
}

/** Tiles, each transformed by a matrix from both sides, M·tile·Mᵀ, or lines by one, line·Mᵀ. */
export interface WinogradTiles extends TileSource {
  matrix: TileMatrix;
}

/** Where tiles go, in the same way; the arrays are the arena's. */
export interface TileDestination {
  out: Float32Array;
  /** Where each begins. */
  outOffsets: Int32Array;
  outRowStep: number;
  outColumnStep: number;
}

/** Tiles of side×side real numbers. */
export interface FourierTiles extends TileSource {
  side: FourierSide;
  /** How many rows and columns a tile has of its own; the others are zeros. */
  rows: number;
  columns: number;
  /** Whether what a tile has is flipped by 180°. */
  flipped: boolean;
}

/** Where the last rows and columns of tiles go. */
export interface FourierDestination extends TileDestination {
  side: FourierSide;
  rows: number;
  columns: number;
  lanes: number;
}

/** Something that is made of a filter and nothing else, which may be cached from call to call. */
export interface CacheRequest {
  source: Float32Array;
  /** Names what is made: two that differ in anything have two names. */
  key: string;
  /** What it takes of an arena. */
  bytes: number;
  /** Whether comparing the filter with a copy takes less time than making it; else it is kept only where the filter is marked immutable. */
  compare: boolean;
}

/** What algorithms build on, so that one fast engine makes every algorithm fast. */
export interface Engine {
  readonly name: string;
  readonly counters: readonly CoverageCounter[];
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
  withArena<T>(bytes: number, fn: (arena: Arena) => T): T;
  /**
   * What `make` made of a filter in an earlier call, or makes now so that it stays; undefined where the caller is to make it for this call only. Asked before
   * anything is taken of the arena, of which `make` first takes what is to stay.
   */
  cached<T>(request: CacheRequest, make: () => T): T | undefined;
  /** Bytes of an arena that `reservePacked` takes. */
  packedBytes(k: number, n: number): number;
  /** Room for matrices of up to k rows and n columns. */
  reservePacked(arena: Arena, k: number, n: number): PackedMatrix;
  /** Bytes of an arena that `reservePackedBatch` takes. */
  packedBatchBytes(count: number, k: number, n: number): number;
  /** Room for so many matrices of up to k rows and n columns each. */
  reservePackedBatch(arena: Arena, count: number, k: number, n: number): PackedBatch;
  /** Copies matrices that stand one below the other into the room. */
  pack(room: PackedMatrix, blocks: readonly StackedMatrix[]): PackedMatrix;
  /** Copies the first n columns of a matrix to an array of the arena, row by row, `pitch` floats apart. */
  copy(block: StackedMatrix, n: number, out: Float32Array, pitch: number): void;
  igemm(work: IndirectGemm): void;
  igemmTransposed(work: IndirectGemmTransposed): void;
  /** out[t, j] = Σ_k source[t, k] · b[k, j] for each matrix of the batch; columns are [0, k]. */
  batchedGemm(work: BatchedGemm): void;
  /** out[k, j] = Σ_t source[t, k] · b[t, j] for each matrix of the batch, or added to what out holds; columns are 0, 4, 8, … */
  batchedGemmTransposed(work: BatchedGemm & {accumulate: boolean}): void;
  /** Applies an epilogue to `count` pixels of n channels in place; all arrays are the arena's. */
  applyEpilogue(out: Float32Array, count: number, n: number, epilogue: Epilogue): void;
  dwconv(work: Dwconv): void;
  /** out[i·times + m] = source[i], for all of the source */
  repeat(work: ChannelRepeat): void;
  /** out[i] = Σ_m source[i·times + m], for all of out */
  sumRepeats(work: ChannelRepeat): void;
  transformTiles(work: WinogradTiles & TileDestination): void;
  /**
   * Transforms tiles into packed matrices, one for each element of a transformed tile, row by row: row t of each is that element of tile t in all lanes.
   */
  transformTilesPacked(work: WinogradTiles, room: PackedBatch): PackedBatch;
  /** The spectra of tiles, whose planes `spectrum.ts` lists. */
  fourier(work: FourierTiles, to: MatrixBatch): void;
  /** The same as packed matrices, one for each of a batch: row t of each is that plane of tile t in all lanes. */
  fourierPacked(work: FourierTiles, room: PackedBatch): PackedBatch;
  /** The tiles whose spectra are products of spectra, matrix by matrix, or sums of such: convolutions in a circle of side×side. */
  fourierInverse(products: MatrixBatch, to: FourierDestination): void;
  /**
   * `c ← a·b`, or `c ← c + a·b` with `accumulate`; [M×K]·[K×N]→[M×N], on any arrays. Each element of the product is accumulated in at least
   * float32; c must not overlap a or b.
   */
  gemm(m: number, n: number, k: number, a: Matrix, b: Matrix, c: Matrix, accumulate: boolean): void;
  /** Arithmetic on registers alone, which no computation of this engine can outrun. @returns how many floating-point operations were done */
  probe(iterations: number): number;
}

/** What an array takes of an arena beside its elements: alignment, and room to read on in the last tile. */
export const arrayBytes = 64;
