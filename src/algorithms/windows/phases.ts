import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {ImageBlock} from './blocks.js';
import {copyRegions, type Region} from './region.js';

/**
 * The pixels of dx with the same remainder by the stride. The same taps reach all of them. A pixel h with h + padTop = t·stride +
 * remainder, t whole, reads row t + (remainder − i·dilation)/stride of dy through tap i, if that is whole.
 */
export interface Phase {
  /** The taps, in the order in which they lie in dy. */
  taps: readonly number[];
  /** Where the F channels of each tap lie in a window, in bytes from its beginning. */
  tapOffsets: readonly number[];
  /**
   * Writes where the window of each pixel of the block begins and where its dx lies in the block, in bytes.
   * @returns the number of pixels
   */
  writeOffsets(block: ImageBlock, into: Int32Array, outOffsets: Int32Array): number;
}

/** The windows of dy that the pixels of dx see. They lie in a copy of the rows of dy that a block of dx needs, with a zero border. */
export interface TransposedWindows {
  /** The phases that have pixels, and a tap that leads from one of these pixels into dy. Without stride there is at most one. */
  phases: readonly Phase[];
  /** Whether each pixel has a phase. The dx of a pixel without a phase is 0. */
  coversAll: boolean;
  /** Floats of the copy for so many rows of pixels of one image, at most. */
  floatsOf(rows: number): number;
  copy(dy: Float32Array, block: ImageBlock, into: Float32Array): void;
}

/** The running time depends on the amount of computation, not on stride, dilation or padding. */
export function transposedWindowsOf(info: Conv2DInfo): TransposedWindows {
  const {inWidth, inChannels: C, outHeight, outWidth, outChannels: F} = info;
  const {filterWidth, strideHeight, strideWidth, padTop, padLeft} = info;
  const {rows: down, columns: right} = phasesOf(info);
  // The first and last pixels of dy that a range of dx can read.
  const firstRow = (row: number) => Math.floor((row + padTop - down.last) / strideHeight);
  const lastRow = (row: number) => Math.floor((row + padTop - down.first) / strideHeight);
  const firstColumn = Math.floor((padLeft - right.last) / strideWidth);
  const columns = Math.floor((inWidth - 1 + padLeft - right.first) / strideWidth) - firstColumn + 1;
  const regionOf = ({row, rows}: Pick<ImageBlock, 'row' | 'rows'>): Region => ({
    ...{firstRow: firstRow(row), rows: lastRow(row + rows - 1) - firstRow(row) + 1},
    ...{firstColumn, columns},
  });

  const phase = (rowPhase: AxisPhase, columnPhase: AxisPhase): Phase => ({
    taps: rowPhase.taps.flatMap(({tap: i}) => columnPhase.taps.map(({tap: j}) => i * filterWidth + j)),
    tapOffsets: rowPhase.taps.flatMap(({offset: down}) =>
      columnPhase.taps.map(({offset: right}) => 4 * F * (down * columns + right)),
    ),
    writeOffsets({images, row, rows}, into, outOffsets) {
      const region = regionOf({row, rows});
      let p = 0;
      for (let n = 0; n < images; n++) {
        const begin = row + after(row + padTop, rowPhase.remainder, strideHeight);
        for (let h = begin; h < row + rows; h += strideHeight) {
          const t = (h + padTop - rowPhase.remainder) / strideHeight - down.back;
          const line = (n * region.rows + t - region.firstRow) * columns - firstColumn - right.back;
          const outLine = (n * rows + h - row) * inWidth;
          for (let w = after(padLeft, columnPhase.remainder, strideWidth); w < inWidth; w += strideWidth, p++) {
            into[p] = 4 * F * (line + (w + padLeft - columnPhase.remainder) / strideWidth);
            outOffsets[p] = 4 * C * (outLine + w);
          }
        }
      }
      return p;
    },
  });

  return {
    phases: down.phases.flatMap((rowPhase) => right.phases.map((columnPhase) => phase(rowPhase, columnPhase))),
    coversAll: down.coversAll && right.coversAll,
    floatsOf: (rows) => (Math.floor((rows - 1 + down.last - down.first) / strideHeight) + 2) * columns * F,
    copy: (dy, block, into) =>
      copyRegions(dy, [outHeight, outWidth, F], block.image, block.images, regionOf(block), into),
  };
}

/** The pixels along one axis with the same remainder by the stride. */
interface AxisPhase {
  remainder: number;
  /**
   * The taps in the order in which they lie in dy. Offsets are pixels of dy from the window's beginning, which is `back` pixels
   * before t.
   */
  taps: {tap: number; offset: number}[];
}

interface AxisPhases {
  phases: AxisPhase[];
  /** Whether each pixel belongs to a phase. */
  coversAll: boolean;
  /** The smallest and the largest distance of the phases' taps from tap 0, in pixels of x. */
  first: number;
  last: number;
  /** How far before t the windows begin, in pixels of dy. This keeps offsets small under any dilation. */
  back: number;
}

/** The phases of the rows and of the columns. There are never more phases than taps. */
export function phasesOf(info: Conv2DInfo): {rows: AxisPhases; columns: AxisPhases} {
  const {filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft} = info;
  return {
    rows: along(info.inHeight, info.outHeight, filterHeight, strideHeight, dilationHeight, padTop),
    columns: along(info.inWidth, info.outWidth, filterWidth, strideWidth, dilationWidth, padLeft),
  };
}

function along(size: number, outSize: number, taps: number, stride: number, dilation: number, pad: number): AxisPhases {
  const phases = new Map<number, AxisPhase>();
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  for (let tap = taps - 1; tap >= 0; tap--) {
    const distance = tap * dilation;
    const remainder = distance % stride;
    // The first pixel with that remainder, and the pixels of dy that the first and the last such pixel read through this tap.
    const begin = after(pad, remainder, stride);
    if (begin >= size) continue;
    const from = (begin + pad - distance) / stride;
    const to = from + Math.floor((size - 1 - begin) / stride);
    if (to < 0 || from >= outSize) continue;
    const phase = phases.get(remainder) ?? {remainder, taps: []};
    phases.set(remainder, phase);
    phase.taps.push({tap, offset: (remainder - distance) / stride});
    [first, last] = [Math.min(first, distance), Math.max(last, distance)];
  }
  const back = Math.floor(last / stride);
  for (const {taps} of phases.values()) for (const each of taps) each.offset += back;
  const coversAll = phases.size === Math.min(stride, size);
  return {phases: [...phases.values()], coversAll, first: Math.min(first, last), last, back};
}

/** The distance from `from` to the next number with the remainder. */
function after(from: number, remainder: number, stride: number): number {
  return (((remainder - from) % stride) + stride) % stride;
}
