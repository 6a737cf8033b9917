import type {Arena} from '../../engine/engine.js';
import type {Block} from './blocks.js';
import {type Group, type Reach, readBy} from './reach.js';

/** Pixels that read through the same taps, and these taps. */
export interface TapGroup {
  /** Pairs of places: in the copy of what the block reads, and among the block's pixels. */
  pixels: Int32Array;
  /** Pairs of places: in that copy, from the pixel's on, and in the filter. */
  taps: Int32Array;
}

export interface TapTables {
  /** The integers that they take of an arena. */
  integers: number;
  /** @returns what makes the tables of a block, which are valid until the next */
  open(arena: Arena): (block: Block) => TapGroup[];
}

/**
 * Tables of the pixels of a pass's results and of their taps, in bytes. Pixels are grouped by their taps, so that what lies outside the source
 * takes no part, and no border of zeros is needed.
 *
 * @param mostPixels the pixels of the largest block
 */
export function tapTables(
  [rows, columns]: readonly [Reach, Reach],
  filterWidth: number,
  lanes: number,
  mostPixels: number,
): TapTables {
  const pixelBytes = 4 * lanes;
  const lineBytes = pixelBytes * columns.sourceSize;
  const groups = rows.groups.flatMap((down) =>
    columns.groups.map((right) => ({
      ...{down, right},
      places: placesOf(down, right, filterWidth, lineBytes, pixelBytes),
    })),
  );
  const tapIntegers = groups.reduce((sum, {places}) => sum + places.length, 0);

  return {
    integers: 2 * mostPixels + tapIntegers,
    open(arena) {
      const table = arena.integers(2 * mostPixels + tapIntegers);
      let top = 2 * mostPixels;
      const taps = groups.map(({places}) => {
        table.set(places, top);
        top += places.length;
        return table.subarray(top - places.length, top);
      });
      return ({images, row, rows: height}) => {
        const read = readBy(rows, row, height);
        const found: TapGroup[] = [];
        let end = 0;
        for (const [i, {down, right}] of groups.entries()) {
          const begin = end;
          for (let n = 0; n < images; n++) {
            for (let h = row; h < row + height; h++) {
              if (rows.groupOf[h] !== down) continue;
              const line = (n * read.count + rows.first[h] - read.first) * lineBytes;
              const outLine = (n * height + h - row) * columns.size * pixelBytes;
              end = placeLine(table, end, columns, right, pixelBytes, line, outLine);
            }
          }
          if (end > begin) found.push({pixels: table.subarray(begin, end), taps: taps[i]});
        }
        return found;
      };
    },
  };
}

function placesOf(down: Group, right: Group, filterWidth: number, lineBytes: number, pixelBytes: number): number[] {
  return down.taps.flatMap((i, a) =>
    right.taps.flatMap((j, b) => [
      down.steps[a] * lineBytes + right.steps[b] * pixelBytes,
      (i * filterWidth + j) * pixelBytes,
    ]),
  );
}

/** Writes the places of a line's pixels. @returns where the next go */
function placeLine(
  table: Int32Array,
  at: number,
  {first}: Reach,
  {positions}: Group,
  pixelBytes: number,
  line: number,
  outLine: number,
): number {
  let to = at;
  for (const position of positions) {
    table[to++] = line + first[position] * pixelBytes;
    table[to++] = outLine + position * pixelBytes;
  }
  return to;
}
