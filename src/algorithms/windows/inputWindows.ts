import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {ImageBlock} from './blocks.js';
import {copyRegions, type Region} from './region.js';

/** The windows of x that the pixels of y see, in a copy of a block of x with its zero border. */
export interface InputWindows {
  /** Where the C channels of each tap lie in a window, in bytes from its beginning, in the order of the filter. */
  tapOffsets: readonly number[];
  /** Floats of the copy for so many rows of pixels of one image. */
  floatsOf(rows: number): number;
  copy(x: Float32Array, block: ImageBlock, into: Float32Array): void;
  /** Writes where the window of each pixel of the block begins, in bytes. @returns the number of pixels */
  writeOffsets(block: ImageBlock, into: Int32Array): number;
}

/** Floats of x with its border, as far as the windows of the batch reach. */
export function borderedFloats(info: Conv2DInfo): number {
  const {batch, inChannels, outHeight, outWidth, filterHeight, filterWidth} = info;
  const rows = extent(outHeight, info.strideHeight, filterHeight, info.dilationHeight);
  return batch * rows * extent(outWidth, info.strideWidth, filterWidth, info.dilationWidth) * inChannels;
}

/** Pixels from the first tap of the first window to the last tap of the last window. */
function extent(windows: number, stride: number, taps: number, dilation: number): number {
  return (windows - 1) * stride + (taps - 1) * dilation + 1;
}

export function inputWindowsOf(info: Conv2DInfo): InputWindows {
  const {inHeight, inWidth, inChannels: C, outWidth, filterHeight, filterWidth} = info;
  const {strideHeight, strideWidth, dilationHeight, dilationWidth, padTop, padLeft} = info;
  const columns = extent(outWidth, strideWidth, filterWidth, dilationWidth);
  const rowsFor = (rows: number) => extent(rows, strideHeight, filterHeight, dilationHeight);
  const tapOffsets: number[] = [];
  for (let i = 0; i < filterHeight; i++) {
    for (let j = 0; j < filterWidth; j++) tapOffsets.push(4 * C * (i * dilationHeight * columns + j * dilationWidth));
  }
  return {
    tapOffsets,
    floatsOf: (rows) => rowsFor(rows) * columns * C,
    copy(x, {image, images, row, rows}, into) {
      const region: Region = {
        ...{firstRow: row * strideHeight - padTop, rows: rowsFor(rows)},
        ...{firstColumn: -padLeft, columns},
      };
      copyRegions(x, [inHeight, inWidth, C], image, images, region, into);
    },
    writeOffsets({images, rows}, into) {
      let p = 0;
      for (let n = 0; n < images; n++) {
        for (let oh = 0; oh < rows; oh++) {
          let at = 4 * C * (n * rowsFor(rows) + oh * strideHeight) * columns;
          for (let ow = 0; ow < outWidth; ow++, at += 4 * C * strideWidth) into[p++] = at;
        }
      }
      return p;
    },
  };
}
