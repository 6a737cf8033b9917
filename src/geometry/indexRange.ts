import type {Conv2DInfo} from './conv2dInfo.js';

/** How many rows or columns code may count beyond the last output, because it computes several at a time. */
const unrolled = 8;

/** One axis of the geometry. Tap i of output o reads pixel o·stride − pad + i·dilation, if that is one of `size`. */
interface AxisGeometry {
  size: number;
  out: number;
  filter: number;
  stride: number;
  dilation: number;
  pad: number;
}

function axesOf(info: Conv2DInfo): [rows: AxisGeometry, columns: AxisGeometry] {
  return [
    {
      size: info.inHeight,
      out: info.outHeight,
      filter: info.filterHeight,
      stride: info.strideHeight,
      dilation: info.dilationHeight,
      pad: info.padTop,
    },
    {
      size: info.inWidth,
      out: info.outWidth,
      filter: info.filterWidth,
      stride: info.strideWidth,
      dilation: info.dilationWidth,
      pad: info.padLeft,
    },
  ];
}

/** The largest row or column number that may occur in a pass, also outside the image. An index type has to hold it. */
function largestIndex(info: Conv2DInfo): number {
  const along = ({size, out, filter, stride, dilation, pad}: AxisGeometry) =>
    size + (out + unrolled) * stride + filter * dilation + pad;
  const [rows, columns] = axesOf(info);
  return Math.max(along(rows), along(columns));
}

/** True, or why code that counts rows and columns up to `most` cannot compute this, in words for users. */
export function fitsIndexRange(info: Conv2DInfo, most: number): true | string {
  const farthest = largestIndex(info);
  return (
    farthest <= most ||
    `stride, dilation and padding reach ${farthest} rows or columns, but it counts only up to ${most}`
  );
}

/**
 * Returns a geometry for code that counts rows and columns up to `most`. It is the same one, or one with smaller steps and pads.
 * In the latter, the same taps of the same outputs read the same pixels.
 * @returns the geometry, or the reason why there is none, in words for users
 */
export function fitToIndexRange(info: Conv2DInfo, most: number): Conv2DInfo | string {
  if (fitsIndexRange(info, most) === true) return info;
  const [rows, columns] = axesOf(info).map(shortened);
  const fitted: Conv2DInfo = {
    ...info,
    ...{strideHeight: rows.stride, dilationHeight: rows.dilation, padTop: rows.pad},
    ...{strideWidth: columns.stride, dilationWidth: columns.dilation, padLeft: columns.pad},
  };
  return fitsIndexRange(fitted, most) === true ? fitted : (fitsIndexRange(info, most) as string);
}

/**
 * Shortens steps that lead from inside the image past all of it. If the dilation is longer than the extent of image and strides,
 * at most one tap reads the image, whatever the output. It still reads the same pixels, and other taps none, as long as the
 * dilation is longer than that extent. The same holds for a stride that is longer than the extent of image and filter.
 */
function shortened(axis: AxisGeometry): AxisGeometry {
  const {size, out, filter, stride, dilation} = axis;
  const farDilation = size + (out - 1) * stride + 1;
  if (dilation > farDilation) return shortened(withSteps(axis, stride, farDilation));
  const farStride = size + (filter - 1) * dilation + 1;
  return stride > farStride ? withSteps(axis, farStride, dilation) : axis;
}

/** Changes the steps, and sets the pad with which the same pixels are read. */
function withSteps(axis: AxisGeometry, stride: number, dilation: number): AxisGeometry {
  const {size, out, filter, pad} = axis;
  for (let i = 0; i < filter; i++) {
    const start = i * axis.dilation - pad;
    const o = Math.max(0, Math.ceil(-start / axis.stride));
    const pixel = start + o * axis.stride;
    if (o < out && pixel < size) return {...axis, stride, dilation, pad: o * stride + i * dilation - pixel};
  }
  // No tap reads the image. This pad puts everything that is read before the image.
  return {...axis, stride, dilation, pad: (out - 1) * stride + (filter - 1) * dilation + 1};
}

export const maxInt32 = 2 ** 31 - 1;
