import type {Conv2DInfo} from './conv2dInfo.js';

/**
 * The explicit pads that give any rounding-down convolution this geometry, whatever pad and rounding mode the user asked for:
 * [[0, 0], [top, bottom], [left, right], [0, 0]]. Rows and columns that no window reaches are not padded.
 */
export function explicitPads(info: Conv2DInfo): [number, number][] {
  const after = (size: number, out: number, filter: number, stride: number, dilation: number, before: number) =>
    Math.max(0, (out - 1) * stride + (filter - 1) * dilation + 1 - size - before);
  const {inHeight, outHeight, filterHeight, strideHeight, dilationHeight, padTop} = info;
  const {inWidth, outWidth, filterWidth, strideWidth, dilationWidth, padLeft} = info;
  const bottom = after(inHeight, outHeight, filterHeight, strideHeight, dilationHeight, padTop);
  const right = after(inWidth, outWidth, filterWidth, strideWidth, dilationWidth, padLeft);
  return [
    [0, 0],
    [padTop, bottom],
    [padLeft, right],
    [0, 0],
  ];
}
