import type {Conv2DInfo} from './conv2dInfo.js';

/** Rows or columns that code may count on beyond the last output: it computes some of them at a time. */
const atOnce = 8;

/** The largest number of a row or column that may come up in a pass, beside the image too: what counts them in a type of its own has to hold it. */
function farthestPixel(info: Conv2DInfo): number {
  const along = (size: number, out: number, filter: number, stride: number, dilation: number, pad: number) =>
    size + (out + atOnce) * stride + filter * dilation + pad;
  return Math.max(
    along(info.inHeight, info.outHeight, info.filterHeight, info.strideHeight, info.dilationHeight, info.padTop),
    along(info.inWidth, info.outWidth, info.filterWidth, info.strideWidth, info.dilationWidth, info.padLeft),
  );
}

/** True, or why code that counts rows and columns up to `most` cannot compute this, in words for users. */
export function isWithin(info: Conv2DInfo, most: number): true | string {
  const farthest = farthestPixel(info);
  return (
    farthest <= most || `stride, dilation and padding reach ${farthest} rows or columns, and it counts up to ${most}`
  );
}

export const mostInt32 = 2 ** 31 - 1;
