import type {Engine, MatrixBatch, PackedBatch, TileDestination, TileSource} from '../../engine/engine.js';
import type {BatchLayout} from './matrixBatch.js';

/** Rows and columns. */
export type Pair = readonly [number, number];

/** Where so many lanes of tiles go. */
type LanesTo = TileDestination & {lanes: number};

/**
 * How a convolution with stride 1 becomes products of matrices: tiles of pixels and filters are transformed into matrices, which are multiplied one by one, and the sums
 * of the products are transformed back into tiles.
 */
export interface TileTransform {
  /** Its own among all. */
  name: string;
  /** Pixels of y in a tile. */
  size: Pair;
  /** Pixels that it sees beyond those: one less than the filter has taps. */
  halo: Pair;
  matrixCount: number;
  interleaved: BatchLayout['interleaved'];
  /** Bytes that the matrices of filters may take, and those of a block of tiles. */
  filterBytes: number;
  blockBytes: number;
  /** Tiles of `size` + `halo` pixels, a row of each matrix for each tile. */
  transformInput(engine: Engine, pixels: TileSource, to: MatrixBatch): void;
  /** Filters as packed matrices with a row for each. */
  transformFilter(engine: Engine, weights: TileSource, room: PackedBatch): PackedBatch;
  /** Tiles of `size` pixels from products with filters. */
  transformOutput(engine: Engine, products: MatrixBatch, to: LanesTo): void;
  /** Tiles of `size` pixels of dy as packed matrices. */
  transformOutputGradient(engine: Engine, pixels: TileSource, room: PackedBatch): PackedBatch;
  /** Gradients of filters from products with dy. */
  transformFilterGradient(engine: Engine, sums: MatrixBatch, to: LanesTo): void;
}
