/** The numbers 0, 1, … below `count`. */
export const indices = (count: number) => Array.from({length: count}, (_, i) => i);

/** The part of a matrix product that one fragment sums: `rows` by `columns`, one draw buffer for each cell. */
export interface FragmentTile {
  rows: number;
  columns: number;
  drawBuffers: number;
}

/**
 * Among the tiles of at most `most` draw buffers, the one that reads the fewest texels.
 * @param readsOfRow texels that a row costs, where a column costs one
 */
export function fragmentTileOf(rows: number, columns: number, readsOfRow: number, most: number): FragmentTile {
  const counted = indices(Math.min(most, rows)).flatMap((r) =>
    indices(Math.min(Math.floor(most / (r + 1)), columns)).map((c) => {
      const tile = {rows: r + 1, columns: c + 1, drawBuffers: (r + 1) * (c + 1)};
      return {tile, reads: readsOf(rows, columns, readsOfRow, tile)};
    }),
  );
  return minBy(counted, ({reads}) => reads).tile;
}

/** Texels that all tiles of a product read. If `rows` is infinite, the texels for one row. */
export function readsOf(rows: number, columns: number, readsOfRow: number, tile: FragmentTile): number {
  const across = Math.ceil(columns / tile.columns);
  const tiles = Number.isFinite(rows) ? Math.ceil(rows / tile.rows) * across : evenPrice(across) / tile.rows;
  return tiles * (tile.rows * readsOfRow + tile.columns);
}

/** An odd count across doubles the rectangles to copy, see `Tiling.strips`; break ties towards even. */
const evenPrice = (across: number) => across * (across % 2 === 0 ? 1 : 1.01);

const upToEven = (count: number) => 2 * Math.ceil(count / 2);

/** Fragments computed for a texture of that size. They are computed in pairs along both axes, even where half a pair lies beyond it. */
export function fragmentsOf([height, width]: readonly [number, number]): number {
  return upToEven(height) * upToEven(width);
}

/** The element with the lowest `reads`; the first of several such. */
export function minBy<T>(all: readonly T[], reads: (one: T) => number): T {
  return all.reduce((a, b) => (reads(b) < reads(a) ? b : a));
}
