import type {Engine, PackedPlanes, Planes, TilesFrom, TilesTo} from '../../engine/engine.js';
import type {Layout} from './planes.js';

/** Rows and columns. */
export type Pair = readonly [number, number];

/** Where so many lanes of tiles go. */
type LanesTo = TilesTo & {lanes: number};

/**
 * How a convolution with stride 1 becomes products of matrices: tiles of pixels and filters turn into planes, which are multiplied one by one, and the sums
 * of the products turn back into tiles.
 */
export interface Turning {
  /** Its own among all. */
  name: string;
  /** Pixels of y in a tile. */
  size: Pair;
  /** Pixels that it sees beyond those: one less than the filter has taps. */
  more: Pair;
  planes: number;
  together: Layout['together'];
  /** Bytes that the planes of filters may take, and those of a block of tiles. */
  filterBytes: number;
  blockBytes: number;
  /** Tiles of `size` + `more` pixels, a row of each plane for each tile. */
  inputs(engine: Engine, pixels: TilesFrom, to: Planes): void;
  /** Filters as packed matrices with a row for each. */
  filters(engine: Engine, weights: TilesFrom, room: PackedPlanes): PackedPlanes;
  /** Tiles of `size` pixels from products with filters. */
  outputs(engine: Engine, products: Planes, to: LanesTo): void;
  /** Tiles of `size` pixels of dy as packed matrices. */
  errors(engine: Engine, pixels: TilesFrom, room: PackedPlanes): PackedPlanes;
  /** Gradients of filters from products with dy. */
  gradients(engine: Engine, sums: Planes, to: LanesTo): void;
}
