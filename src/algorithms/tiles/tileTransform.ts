import type {Engine, MatrixBatch, PackedBatch, TileDestination, TileSource} from '../../engine/engine.js';
import type {BatchLayout} from './matrixBatch.js';

/** Rows and columns. */
export type Pair = readonly [number, number];

/** Where `lanes` lanes of tiles are written. */
type LanesTo = TileDestination & {lanes: number};

/**
 * How a convolution with stride 1 becomes products of matrices. Tiles of pixels and filters are transformed into matrices. The
 * matrices are multiplied one by one, and the sums of products are transformed back into tiles.
 */
export interface TileTransform {
  /** Unique among transforms; part of the filter-cache key. */
  name: string;
  /** The output pixels of a tile. */
  size: Pair;
  /** The pixels that a tile sees beyond these: one less than the filter has taps, in each direction. */
  halo: Pair;
  matrixCount: number;
  interleaved: BatchLayout['interleaved'];
  /** The most bytes of the filters' matrices, and the bytes of a block of tiles. */
  filterBytes: number;
  blockBytes: number;
  /** Transforms tiles of `size` + `halo` pixels. Each matrix gets a row for each tile. */
  transformInput(engine: Engine, pixels: TileSource, to: MatrixBatch): void;
  /** Transforms filters into packed matrices, each with a row for every input channel. */
  transformFilter(engine: Engine, weights: TileSource, room: PackedBatch): PackedBatch;
  /** Transforms products with filters back into tiles of `size` pixels. */
  transformOutput(engine: Engine, products: MatrixBatch, to: LanesTo): void;
  /** Transforms tiles of `size` pixels of dy into packed matrices. */
  transformOutputGradient(engine: Engine, pixels: TileSource, room: PackedBatch): PackedBatch;
  /** Transforms products with dy back into gradients of filters. */
  transformFilterGradient(engine: Engine, sums: MatrixBatch, to: LanesTo): void;
}
