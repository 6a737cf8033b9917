import type {Activation} from '../geometry/activations.js';
import type {CoverageCounter} from './coverageCounter.js';
import type {FourierSide} from './spectrum.js';
import type {TileMatrix} from './tileMatrices.js';

/**
 * A matrix inside an array: element (i, j) is at `offset + i·rowStride + j·columnStride`. Swapping the two strides transposes it
 * without a copy.
 */
export interface Matrix {
  data: Float32Array;
  offset: number;
  rowStride: number;
  columnStride: number;
}

/** One of several matrices stacked one below the other. Its array need not be the arena's. */
export type StackedMatrix = Matrix & {rows: number};

/** Memory that an engine computes on, from `withArena`. The contents of its arrays are undefined until they are written. */
export interface Arena {
  floats(length: number): Float32Array;
  integers(length: number): Int32Array;
}

/** A matrix of k rows and n columns, in the layout that an engine reads. */
export interface PackedMatrix {
  readonly k: number;
  readonly n: number;
}

/** Packed matrices of one size, `count` of them. */
export interface PackedBatch extends PackedMatrix {
  readonly count: number;
}

/**
 * Products of the windows of a source with one matrix: for each pixel p, out[p, j] = Σ_k window(p)[k] · b[k, j]. All arrays are
 * the arena's. All offsets are bytes from the start of their array.
 */
export interface IndirectGemm {
  source: Float32Array;
  /** Where the window of each pixel begins. */
  pixelOffsets: Int32Array;
  /**
   * The contiguous segments of a window, in the order of b's rows, as pairs: offset from the beginning of the window (may be
   * negative), and length in floats.
   */
  segments: Int32Array;
  b: PackedMatrix;
  out: Float32Array;
  /** Where the n results of each pixel go. Without it, the results of the pixels follow one another. */
  outOffsets?: Int32Array;
}

/**
 * Sums over pixels of windows times rows: out[k, j] = Σ_p source[rowOffsets[k] + pixelOffsets[p]] · b[p, j]. This is a product
 * [K×P]·[P×n] whose left matrix is never made. All arrays are the arena's. All offsets are bytes from the start of the source.
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

/**
 * Matrices of one size at equal distances: one matrix for each element of a tile, with one row for each tile. The arrays are the
 * arena's. Offsets and steps are bytes.
 */
export interface MatrixBatch {
  data: Float32Array;
  /** The distance from one matrix to the next. */
  step: number;
  /** Where the rows of each matrix begin, and the distance between them. */
  rowOffsets: Int32Array;
  rowStep: number;
}

/** Products of two matrices, one product for each matrix of the batch. The arrays are the arena's. */
export interface BatchedGemm {
  source: MatrixBatch;
  /**
   * Where the columns of the source lie in a row: one segment, as in {@link IndirectGemm}, or adjacent offsets, as in {@link
   * IndirectGemmTransposed}.
   */
  columns: Int32Array;
  b: PackedBatch;
  out: MatrixBatch;
}

/** The operation that follows a convolution in the same kernel: y ← activation(y + bias), channel by channel. */
export interface Epilogue {
  /** One value for each channel. */
  bias?: Float32Array | undefined;
  /** One that has a form for engines, see `geometry/activations.ts`. */
  activation: Activation;
  /** The slopes of prelu below zero, one for each channel. */
  slopes?: Float32Array | undefined;
  /** The slope of leakyrelu below zero. */
  alpha: number;
}

/**
 * Sums of products in lanes that never meet. For each lane:
 *
 *     out[rows[r].to + lane] = Σ_t source[rows[r].from + terms[t].from + lane] · filter[terms[t].to + lane]
 *
 * All arrays are the arena's. All offsets are bytes from the start of their array. Rows and terms are interchangeable: a sum over
 * the taps of each pixel reads the same tables as a sum over the pixels of each tap.
 */
export interface Dwconv {
  source: Float32Array;
  /** Pairs of offsets (from, to): in the source and in out. */
  rows: Int32Array;
  /** Pairs of offsets (from, to): in the source, relative to the row's, and in the filter. */
  terms: Int32Array;
  filter: Float32Array;
  out: Float32Array;
  lanes: number;
  /** Whether the sums are added to the contents of out. */
  accumulate: boolean;
}

/** Each channel on the narrow side stands for `times` adjacent channels on the wide side. Both arrays are the arena's. */
export interface ChannelRepeat {
  source: Float32Array;
  times: number;
  out: Float32Array;
}

/**
 * Small tiles of a source, in lanes that never meet. Element (i, j) of tile t is at tileOffsets[t] + i·rowStep + j·columnStep.
 * Both arrays are the arena's. All offsets and steps are bytes.
 */
export interface TileSource {
  source: Float32Array;
  /** Where each tile begins. */
  tileOffsets: Int32Array;
  /** The distance from one row of a tile to the next; may be negative. */
  rowStep: number;
  columnStep: number;
  lanes: number;
}

/** Tiles to transform with a matrix M from both sides, M·tile·Mᵀ, or lines to transform from one side, line·Mᵀ. */
export interface WinogradTiles extends TileSource {
  matrix: TileMatrix;
}

/** Where tiles are written, with the same addressing as {@link TileSource}. The arrays are the arena's. */
export interface TileDestination {
  out: Float32Array;
  /** Where each tile begins. */
  outOffsets: Int32Array;
  outRowStep: number;
  outColumnStep: number;
}

/** Tiles of side×side real numbers. */
export interface FourierTiles extends TileSource {
  side: FourierSide;
  /** How many rows and columns of a tile are read from the source. The others are zeros. */
  rows: number;
  columns: number;
  /** Whether the rows and columns that are read are flipped by 180°. */
  flipped: boolean;
}

/** Where the last `rows` rows and the last `columns` columns of each tile are written. */
export interface FourierDestination extends TileDestination {
  side: FourierSide;
  rows: number;
  columns: number;
  lanes: number;
}

/** A request for something that depends on a filter alone and may be cached between calls. */
export interface CacheRequest {
  source: Float32Array;
  /** Names the result. Two results that differ in anything have different keys. */
  key: string;
  /** Bytes of the arena that the result takes. */
  bytes: number;
  /**
   * Whether comparing the filter with a copy takes less time than making the result. If false, the result is cached only for a
   * filter that is marked immutable.
   */
  compare: boolean;
}

/** Memory: it is reserved, packed, copied and cached here. Nothing is computed. */
export interface EngineMemory {
  /**
   * Runs fn with an arena of `bytes` bytes and frees the arena afterwards. `bytes` includes {@link arrayBytes} for each array.
   * @throws ConvgradError if there is not enough memory
   */
  withArena<T>(bytes: number, fn: (arena: Arena) => T): T;
  /**
   * Returns what `make` made of a filter in an earlier call, or calls `make` now and keeps the result. Call it before anything
   * else takes memory from the arena. `make` must first take the memory that is kept.
   * @returns undefined if the caller must make the result itself, for this call only
   */
  cached<T>(request: CacheRequest, make: () => T): T | undefined;
  /** Bytes of the arena that `reservePacked` takes. */
  packedBytes(k: number, n: number): number;
  /** Reserves memory for a packed matrix of up to k rows and n columns. */
  reservePacked(arena: Arena, k: number, n: number): PackedMatrix;
  /** Bytes of the arena that `reservePackedBatch` takes. */
  packedBatchBytes(count: number, k: number, n: number): number;
  /** Reserves memory for `count` packed matrices of up to k rows and n columns each. */
  reservePackedBatch(arena: Arena, count: number, k: number, n: number): PackedBatch;
  /** Packs matrices that are stacked one below the other into reserved memory. */
  pack(room: PackedMatrix, blocks: readonly StackedMatrix[]): PackedMatrix;
  /** Copies the first n columns of a matrix to an array of the arena, row by row. Rows are `pitch` floats apart. */
  copy(block: StackedMatrix, n: number, out: Float32Array, pitch: number): void;
  /** out[i·times + m] = source[i], for all elements of the source. */
  repeat(work: ChannelRepeat): void;
}

/** Products of matrices. */
export interface Gemm {
  igemm(work: IndirectGemm): void;
  igemmTransposed(work: IndirectGemmTransposed): void;
  /** out[t, j] = Σ_k source[t, k] · b[k, j] for each matrix of the batch; columns are [0, k]. */
  batchedGemm(work: BatchedGemm): void;
  /** out[k, j] = Σ_t source[t, k] · b[t, j] for each matrix of the batch; with `accumulate` it is added to out. Columns are 0, 4, 8, … */
  batchedGemmTransposed(work: BatchedGemm & {accumulate: boolean}): void;
  /**
   * `c ← a·b`, or `c ← c + a·b` with `accumulate`; [M×K]·[K×N]→[M×N], on any arrays. Each element of the product is accumulated
   * in at least float32. c must not overlap a or b.
   */
  multiply(m: number, n: number, k: number, a: Matrix, b: Matrix, c: Matrix, accumulate: boolean): void;
}

/** Transforms of tiles into the domain where convolutions are products of matrices, and back. */
export interface TileTransforms {
  transformTiles(work: WinogradTiles & TileDestination): void;
  /**
   * Transforms tiles into packed matrices, one for each element of a transformed tile, in row-major order. Row t of a matrix
   * holds that element of tile t in all lanes.
   */
  transformTilesPacked(work: WinogradTiles, room: PackedBatch): PackedBatch;
  /** Computes the spectra of tiles. `spectrum.ts` lists their planes. */
  fourier(work: FourierTiles, to: MatrixBatch): void;
  /** Computes the spectra of tiles as packed matrices, one for each plane. Row t of a matrix holds that plane of tile t in all lanes. */
  fourierPacked(work: FourierTiles, room: PackedBatch): PackedBatch;
  /**
   * Transforms products of spectra, or sums of such products, back into tiles: circular convolutions of side×side. There is one
   * matrix for each plane.
   */
  fourierInverse(products: MatrixBatch, to: FourierDestination): void;
}

/** Arithmetic on channels that never meet. */
export interface Depthwise {
  dwconv(work: Dwconv): void;
  /** out[i] = Σ_m source[i·times + m], for all elements of out. */
  sumRepeats(work: ChannelRepeat): void;
  /** Applies an epilogue to `count` pixels of n channels in place. All arrays are the arena's. */
  applyEpilogue(out: Float32Array, count: number, n: number, epilogue: Epilogue): void;
}

/**
 * What algorithms build on. One fast engine makes every algorithm fast. It has four parts, so that a wrapper replaces one and passes
 * the others on.
 */
export interface Engine {
  readonly name: string;
  readonly counters: readonly CoverageCounter[];
  readonly memory: EngineMemory;
  readonly gemm: Gemm;
  readonly tiles: TileTransforms;
  readonly depthwise: Depthwise;
  /** How many threads compute at present. */
  threads(): number;
  /** How many threads share a piece of work of so many operations. */
  threadsFor(operations: number): number;
  /** Frees memory and stops threads. Both return when they are needed. */
  release(): void;
  /**
   * Computes on registers alone, which is at least as fast as any computation of this engine.
   * @returns how many floating-point operations ran
   */
  probe(iterations: number): number;
}

/** Bytes of the arena that an array takes besides its elements: alignment, and room for reads beyond the end in the last tile. */
export const arrayBytes = 64;
