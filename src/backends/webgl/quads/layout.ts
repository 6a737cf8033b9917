import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import type {Pass} from '../../../geometry/pass.js';
import {targetCount} from '../targets.js';
import {type Bands, bandsOf} from './bands.js';
import {slicesOf} from './outer.js';

export const quadsOf = (channels: number) => Math.ceil(channels / 4);

/** Where the textures of one pass keep their rows. */
export interface Layout {
  a: Bands;
  b: Bands;
  result: Bands;
  /** The column where the first image begins in its texture. */
  margin: number;
  /** Of four pixels each, for each phase of the stride; see `backpropInputText`. */
  groups: number;
  slices: number;
  sliceRows: number;
}

/**
 * The layout of a pass, or undefined where a texture of that side does not hold it.
 * @param fragments how many dFilter is cut into, see `slicesOf`
 */
export function layoutOf(info: Conv2DInfo, pass: Pass, maxSide: number, fragments: number): Layout | undefined {
  const {batch, inHeight, inWidth, inChannels: C, outHeight, outWidth, outChannels: F} = info;
  const taps = info.filterHeight * info.filterWidth;
  const isDense = info.kind === 'dense';
  const image = (height: number, width: number, channels: number) =>
    bandsOf(batch * height * quadsOf(channels), width, quadsOf(channels), maxSide);
  // The targets are put below each other.
  const targets = (rows: number, width: number) => bandsOf(rows, width, 1, maxSide, Math.floor(maxSide / targetCount));
  const filter = (from: number, to: number) =>
    isDense
      ? bandsOf(4 * quadsOf(from), taps * quadsOf(to), 4 * quadsOf(from), maxSide)
      : bandsOf(quadsOf(C), taps, quadsOf(C), maxSide);
  const phases = pass === 'backpropInput' ? Math.min(info.strideWidth, inWidth) : 1;
  const groups = quadsOf(Math.ceil((pass === 'forward' ? outWidth : inWidth) / phases));
  if (pass === 'backpropFilter') {
    const width = isDense ? quadsOf(F) : 1;
    const tapRows = taps * quadsOf(C);
    const {slices, sliceRows} = slicesOf(batch * outHeight, tapRows * width, fragments);
    const [a, b] = [image(inHeight, inWidth, C), image(outHeight, outWidth, F)];
    const result = targets(slices * tapRows, width);
    return a && b && result && {a, b, result, margin: 0, groups, slices, sliceRows};
  }
  const {margin, columns} = reachOf(info, pass, groups);
  const [a, b, result] =
    pass === 'forward'
      ? [image(inHeight, columns, C), filter(C, F), targets(batch * outHeight * quadsOf(F), groups)]
      : [image(outHeight, columns, F), filter(F, C), targets(batch * inHeight * quadsOf(C), groups * phases)];
  return a && b && result && {a, b, result, margin, groups, slices: 1, sliceRows: 0};
}

/** How many taps of a row a shader may take at once. */
export const windowTaps = [2, 3, 4, 5, 6, 7];

/** The taps of a row where they and their pixels lie side by side, and are that few, in a padding that they reach over; else 0. */
export function windowOf({filterWidth, strideWidth, dilationWidth, padLeft}: Conv2DInfo): number {
  const isWindow = strideWidth === 1 && dilationWidth === 1 && padLeft < filterWidth;
  return isWindow && windowTaps.includes(filterWidth) ? filterWidth : 0;
}

/**
 * The columns of its source that a gather reads, zeros at its sides included: those of taps that one pixel at least of a fragment's four
 * meets, in a window of all. */
function reachOf(info: Conv2DInfo, pass: Pass, groups: number): {margin: number; columns: number} {
  const {inWidth, outWidth, strideWidth, padLeft} = info;
  const span = (info.filterWidth - 1) * info.dilationWidth;
  const [width, across, first, last] =
    pass === 'forward'
      ? [inWidth, strideWidth, -padLeft, (4 * groups - 1) * strideWidth - padLeft + span]
      : [
          ...[outWidth, 1, Math.ceil((padLeft - span) / strideWidth)],
          Math.floor((4 * groups * strideWidth - 1 + padLeft) / strideWidth),
        ];
  const isWindow = info.kind === 'dense' && windowOf(info) > 0;
  const beside = isWindow ? Number.POSITIVE_INFINITY : 3 * across;
  const margin = Math.min(0, Math.max(first, -beside));
  const end = Math.max(width, Math.min(last + 1, width + beside));
  return {margin, columns: end - margin};
}
