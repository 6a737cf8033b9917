import type {Conv2DInfo} from './conv2dInfo.js';

/** Rows or columns that code may count on beyond the last output: it computes some of them at a time. */
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

/** The largest number of a row or column that may come up in a pass, beside the image too: what counts them in a type of its own has to hold it. */
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
    farthest <= most || `stride, dilation and padding reach ${farthest} rows or columns, and it counts up to ${most}`
  );
}

/**
 * A geometry for code that counts rows and columns up to `most`: the same one, or one with smaller steps and pads in which the same taps of the same outputs
 * read the same pixels. Where there is none, the reason, in words for users.
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
 * Makes steps shorter that lead from the image past all of it. With a dilation longer than what image and strides cover, one tap at most reads the image,
 * whatever the output. It goes on to read the same pixels, and the others none, as long as the dilation is longer than that. The same holds for a stride that
 * is longer than what image and filter cover.
 */
function shortened(axis: AxisGeometry): AxisGeometry {
  const {size, out, filter, stride, dilation} = axis;
  const farDilation = size + (out - 1) * stride + 1;
  if (dilation > farDilation) return shortened(withSteps(axis, stride, farDilation));
  const farStride = size + (filter - 1) * dilation + 1;
  return stride > farStride ? withSteps(axis, farStride, dilation) : axis;
}

/** Other steps, and the pad with which the same pixels are read. */
function withSteps(axis: AxisGeometry, stride: number, dilation: number): AxisGeometry {
  const {size, out, filter, pad} = axis;
  for (let i = 0; i < filter; i++) {
    const start = i * axis.dilation - pad;
    const o = Math.max(0, Math.ceil(-start / axis.stride));
    const pixel = start + o * axis.stride;
    if (o < out && pixel < size) return {...axis, stride, dilation, pad: o * stride + i * dilation - pixel};
  }
  // The image is not read at all: all that is read lies before it.
  return {...axis, stride, dilation, pad: (out - 1) * stride + (filter - 1) * dilation + 1};
}

export const maxInt32 = 2 ** 31 - 1;
