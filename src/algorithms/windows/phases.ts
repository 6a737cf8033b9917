import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {Block} from './blocks.js';
import {copyRegions, type Region} from './region.js';

/**
 * The pixels of dx with one remainder by the stride, which the same taps reach: those h with h + padTop = t·stride + remainder, t whole, read
 * row t + (remainder − i·dilation)/stride of dy through tap i, where that is whole.
 */
export interface Phase {
  /** The taps, in the order in which they lie in dy. */
  taps: readonly number[];
  /** Where each tap's F channels lie in a window, in bytes from its beginning. */
  places: readonly number[];
  /** Writes where the window of each pixel of the block begins and where its dx lies in the block, in bytes. @returns how many there are */
  place(block: Block, into: Int32Array, outs: Int32Array): number;
}

/** The windows of dy that the pixels of dx see, as they lie in a copy of the rows of dy that a block of dx needs, with a zero border. */
export interface TransposedWindows {
  /** Without stride there is one, with all taps. Some may have no tap: their dx is 0. */
  phases: readonly Phase[];
  /** Floats of the copy that so many rows of pixels of one image need at most. */
  floatsOf(rows: number): number;
  copy(dy: Float32Array, block: Block, into: Float32Array): void;
}

export function transposedWindowsOf(info: Conv2DInfo): TransposedWindows {
  const {inWidth, inChannels: C, outHeight, outWidth, outChannels: F} = info;
  const {filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft} = info;
  const rowSpan = (filterHeight - 1) * dilationHeight;
  const columnSpan = (filterWidth - 1) * dilationWidth;
  // The first and last pixel of dy that a stretch of dx can touch.
  const firstRow = (row: number) => Math.floor((row + padTop - rowSpan) / strideHeight);
  const lastRow = (row: number) => Math.floor((row + padTop) / strideHeight);
  const firstColumn = Math.floor((padLeft - columnSpan) / strideWidth);
  const columns = Math.floor((inWidth - 1 + padLeft) / strideWidth) - firstColumn + 1;
  const regionOf = ({row, rows}: Pick<Block, 'row' | 'rows'>): Region => ({
    ...{firstRow: firstRow(row), rows: lastRow(row + rows - 1) - firstRow(row) + 1},
    ...{firstColumn, columns},
  });

  const phase = (rowPhase: number, columnPhase: number): Phase => {
    const taps: number[] = [];
    const places: number[] = [];
    for (let i = filterHeight - 1; i >= 0; i--) {
      const down = (rowPhase - i * dilationHeight) / strideHeight;
      if (!Number.isInteger(down)) continue;
      for (let j = filterWidth - 1; j >= 0; j--) {
        const right = (columnPhase - j * dilationWidth) / strideWidth;
        if (!Number.isInteger(right)) continue;
        taps.push(i * filterWidth + j);
        places.push(4 * F * (down * columns + right));
      }
    }
    return {
      taps,
      places,
      place({images, row, rows}, into, outs) {
        const region = regionOf({row, rows});
        let p = 0;
        for (let n = 0; n < images; n++) {
          for (let h = row + after(row + padTop, rowPhase, strideHeight); h < row + rows; h += strideHeight) {
            const t = (h + padTop - rowPhase) / strideHeight;
            const line = (n * region.rows + t - region.firstRow) * columns - firstColumn;
            const outLine = (n * rows + h - row) * inWidth;
            for (let w = after(padLeft, columnPhase, strideWidth); w < inWidth; w += strideWidth, p++) {
              into[p] = 4 * F * (line + (w + padLeft - columnPhase) / strideWidth);
              outs[p] = 4 * C * (outLine + w);
            }
          }
        }
        return p;
      },
    };
  };

  return {
    phases: Array.from({length: strideHeight * strideWidth}, (_, i) =>
      phase(Math.floor(i / strideWidth), i % strideWidth),
    ),
    floatsOf: (rows) => (Math.floor((rows - 1 + rowSpan) / strideHeight) + 2) * columns * F,
    copy: (dy, block, into) =>
      copyRegions(dy, [outHeight, outWidth, F], block.image, block.images, regionOf(block), into),
  };
}

/** How far it is from `from` to the next number with the remainder. */
function after(from: number, remainder: number, stride: number): number {
  return (((remainder - from) % stride) + stride) % stride;
}
