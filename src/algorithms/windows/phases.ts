import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {ImageBlock} from './blocks.js';
import {copyRegions, type Region} from './region.js';

/**
 * The pixels of dx with one remainder by the stride, which the same taps reach: those h with h + padTop = t·stride + remainder, t whole, read
 * row t + (remainder − i·dilation)/stride of dy through tap i, where that is whole.
 */
export interface Phase {
  /** The taps, in the order in which they lie in dy. */
  taps: readonly number[];
  /** Where each tap's F channels lie in a window, in bytes from its beginning. */
  tapOffsets: readonly number[];
  /** Writes where the window of each pixel of the block begins and where its dx lies in the block, in bytes. @returns how many there are */
  writeOffsets(block: ImageBlock, into: Int32Array, outOffsets: Int32Array): number;
}

/** The windows of dy that the pixels of dx see, as they lie in a copy of the rows of dy that a block of dx needs, with a zero border. */
export interface TransposedWindows {
  /** Those with a pixel and a tap that leads from one of their pixels into dy; without stride at most one. */
  phases: readonly Phase[];
  /** Whether each pixel has a phase. The dx of one that has none is 0. */
  coversAll: boolean;
  /** Floats of the copy that so many rows of pixels of one image need at most. */
  floatsOf(rows: number): number;
  copy(dy: Float32Array, block: ImageBlock, into: Float32Array): void;
}

/** What there is to compute decides how long this takes, not the stride, the dilation and the padding. */
export function transposedWindowsOf(info: Conv2DInfo): TransposedWindows {
  const {inWidth, inChannels: C, outHeight, outWidth, outChannels: F} = info;
  const {filterWidth, strideHeight, strideWidth, padTop, padLeft} = info;
  const {rows: down, columns: right} = phasesOf(info);
  // The first and last pixel of dy that a stretch of dx can touch.
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

/** The pixels along one axis with one remainder by the stride. */
interface AxisPhase {
  remainder: number;
  /** In the order in which they lie in dy, and where: in pixels of dy, from `back` before t on. */
  taps: {tap: number; offset: number}[];
}

interface AxisPhases {
  phases: AxisPhase[];
  /** Whether each pixel belongs to one of them. */
  coversAll: boolean;
  /** The least and the largest distance of one of their taps from the first of all, in pixels of x. */
  first: number;
  last: number;
  /** How far before t windows begin, in pixels of dy, so that offsets stay small under any dilation. */
  back: number;
}

/** The phases of rows and of columns. There are never more of them than taps. */
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
    // The pixels of that remainder, and what the first and the last of them read through this tap.
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

/** How far it is from `from` to the next number with the remainder. */
function after(from: number, remainder: number, stride: number): number {
  return (((remainder - from) % stride) + stride) % stride;
}
