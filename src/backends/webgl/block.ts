/** 0, 1, … below `count`. */
export const numbers = (count: number) => Array.from({length: count}, (_, i) => i);

/** What one fragment sums of a product of matrices: so many rows by so many columns. */
export interface Block {
  rows: number;
  columns: number;
  targets: number;
}

/** The block that reads the fewest texels, of those of so many targets at most. @param readsOfRow how many texels a row costs where a column costs one */
export function blockOf(rows: number, columns: number, readsOfRow: number, most: number): Block {
  const counted = numbers(Math.min(most, rows)).flatMap((r) =>
    numbers(Math.min(Math.floor(most / (r + 1)), columns)).map((c) => {
      const block = {rows: r + 1, columns: c + 1, targets: (r + 1) * (c + 1)};
      return {block, reads: readsOf(rows, columns, readsOfRow, block)};
    }),
  );
  return fewest(counted, ({reads}) => reads).block;
}

/** For a product of the whole; of endless rows for one of them. */
export function readsOf(rows: number, columns: number, readsOfRow: number, block: Block): number {
  const across = Math.ceil(columns / block.columns);
  const blocks = Number.isFinite(rows) ? Math.ceil(rows / block.rows) * across : evenPrice(across) / block.rows;
  return blocks * (block.rows * readsOfRow + block.columns);
}

/** Of an odd number across twice as many rectangles are moved, see `Cut`: one that is even and reads as much is better. */
const evenPrice = (across: number) => across * (across % 2 === 0 ? 1 : 1.01);

const upToEven = (count: number) => 2 * Math.ceil(count / 2);

/** How many fragments are computed for a texture of that size: also those of a pair that lie beyond it. */
export function fragmentsOf([height, width]: readonly [number, number]): number {
  return upToEven(height) * upToEven(width);
}

/** The first of those for which it is the least. */
export function fewest<T>(all: readonly T[], reads: (one: T) => number): T {
  return all.reduce((a, b) => (reads(b) < reads(a) ? b : a));
}
