import type {Arena} from '../../engine/engine.js';
import type {ImageBlock} from './blocks.js';
import {sourceRange, type TapRange, type TapSet} from './tapRange.js';

/** Pixels that read through the same taps, and these taps. */
export interface TapGroup {
  /** Pairs of offsets: in the copy of the rows that the block reads, and among the block's pixels. */
  pixelOffsets: Int32Array;
  /** Pairs of offsets: in that copy, relative to the pixel's, and in the filter. */
  tapOffsets: Int32Array;
}

export interface TapTables {
  /** Integers of the arena that the tables take. */
  integers: number;
  /** @returns a function that makes the tables of a block; they are valid until its next call */
  open(arena: Arena): (block: ImageBlock) => TapGroup[];
}

/**
 * Makes tables of the pixels of a pass's results and of their taps. Offsets are bytes. Pixels are grouped by their taps. So taps
 * outside the source take no part, and no border of zeros is needed.
 *
 * @param maxPixels the pixels of the largest block
 */
export function tapTables(
  [rows, columns]: readonly [TapRange, TapRange],
  filterWidth: number,
  lanes: number,
  maxPixels: number,
): TapTables {
  const pixelBytes = 4 * lanes;
  const lineBytes = pixelBytes * columns.sourceSize;
  const groups = rows.groups.flatMap((down) =>
    columns.groups.map((right) => ({
      ...{down, right},
      tapOffsets: tapOffsetsOf(down, right, filterWidth, lineBytes, pixelBytes),
    })),
  );
  const tapIntegers = groups.reduce((sum, {tapOffsets}) => sum + tapOffsets.length, 0);

  return {
    integers: 2 * maxPixels + tapIntegers,
    open(arena) {
      const table = arena.integers(2 * maxPixels + tapIntegers);
      let top = 2 * maxPixels;
      const taps = groups.map(({tapOffsets}) => {
        table.set(tapOffsets, top);
        top += tapOffsets.length;
        return table.subarray(top - tapOffsets.length, top);
      });
      return ({images, row, rows: height}) => {
        const read = sourceRange(rows, row, height);
        const found: TapGroup[] = [];
        let end = 0;
        for (const [i, {down, right}] of groups.entries()) {
          const begin = end;
          for (let n = 0; n < images; n++) {
            for (let h = row; h < row + height; h++) {
              if (rows.groupOf[h] !== down) continue;
              const line = (n * read.count + rows.first[h] - read.first) * lineBytes;
              const outLine = (n * height + h - row) * columns.size * pixelBytes;
              end = writeLine(table, end, columns, right, pixelBytes, line, outLine);
            }
          }
          if (end > begin) found.push({pixelOffsets: table.subarray(begin, end), tapOffsets: taps[i]});
        }
        return found;
      };
    },
  };
}

function tapOffsetsOf(
  down: TapSet,
  right: TapSet,
  filterWidth: number,
  lineBytes: number,
  pixelBytes: number,
): number[] {
  return down.taps.flatMap((i, a) =>
    right.taps.flatMap((j, b) => [
      down.offsets[a] * lineBytes + right.offsets[b] * pixelBytes,
      (i * filterWidth + j) * pixelBytes,
    ]),
  );
}

/** Writes the offsets of a line's pixels. @returns where the next line begins in the table */
function writeLine(
  table: Int32Array,
  at: number,
  {first}: TapRange,
  {positions}: TapSet,
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
