/** 0, 1, … below `count`. */
export const indices = (count: number) => Array.from({length: count}, (_, i) => i);

/** What one fragment sums of a product of matrices: so many rows by so many columns. */
export interface FragmentTile {
  rows: number;
  columns: number;
  drawBuffers: number;
}

/** The tile that reads the fewest texels, of those of so many draw buffers at most. @param readsOfRow how many texels a row costs where a column costs one */
export function fragmentTileOf(rows: number, columns: number, readsOfRow: number, most: number): FragmentTile {
  const counted = indices(Math.min(most, rows)).flatMap((r) =>
    indices(Math.min(Math.floor(most / (r + 1)), columns)).map((c) => {
      const tile = {rows: r + 1, columns: c + 1, drawBuffers: (r + 1) * (c + 1)};
      return {tile, reads: readsOf(rows, columns, readsOfRow, tile)};
    }),
  );
  return minBy(counted, ({reads}) => reads).tile;
}

/** For a product of the whole; of endless rows for one of them. */
export function readsOf(rows: number, columns: number, readsOfRow: number, tile: FragmentTile): number {
  const across = Math.ceil(columns / tile.columns);
  const tiles = Number.isFinite(rows) ? Math.ceil(rows / tile.rows) * across : evenPrice(across) / tile.rows;
  return tiles * (tile.rows * readsOfRow + tile.columns);
}

/** Of an odd number across twice as many rectangles are moved, see `Tiling`: one that is even and reads as much is better. */
const evenPrice = (across: number) => across * (across % 2 === 0 ? 1 : 1.01);

const upToEven = (count: number) => 2 * Math.ceil(count / 2);

/** How many fragments are computed for a texture of that size: also those of a pair that lie beyond it. */
export function fragmentsOf([height, width]: readonly [number, number]): number {
  return upToEven(height) * upToEven(width);
}

/** The first of those for which it is the least. */
export function minBy<T>(all: readonly T[], reads: (one: T) => number): T {
  return all.reduce((a, b) => (reads(b) < reads(a) ? b : a));
}
