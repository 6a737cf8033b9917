import {keysOf, refuseUnknown} from './didYouMean.js';
import {ConvgradError} from './error.js';
import {show} from './show.js';

/** The layout of the tensors: N batch, H height, W width, C channels. */
export type DataFormat = 'NHWC' | 'NCHW';
/** How a fractional output size is rounded; tfjs's `dimRoundingMode`. Without it, the size is truncated. */
export type RoundingMode = 'floor' | 'round' | 'ceil';
/** `[[0, 0], [top, bottom], [left, right], [0, 0]]` for NHWC; NCHW has the channel pair second. */
export type ExplicitPads = readonly (readonly [number, number])[];
/** tfjs's `pad`: a rule, one number for all four sides, or explicit pairs per dimension. */
export type Pad = 'same' | 'valid' | number | ExplicitPads;

/**
 * `dense`: every output channel sums over all input channels. `depthwise`: each input channel has M output channels of its own, the filter
 * is [kh, kw, C, M], and channel c·M + m of the output comes from channel c alone.
 */
export type Kind = 'dense' | 'depthwise';

/** Everything that tfjs passes to a conv2d, before it is checked. */
export interface Conv2DRequest {
  /** Rank 4, in the order of `dataFormat`. */
  xShape: readonly number[];
  /** `[kh, kw, C, F]` (HWIO); depthwise `[kh, kw, C, M]`. */
  filterShape: readonly number[];
  /** `dense` by default. */
  kind?: Kind | undefined;
  strides: number | readonly number[];
  pad: Pad;
  dataFormat?: DataFormat | undefined;
  dilations?: number | readonly number[] | undefined;
  dimRoundingMode?: RoundingMode | null | undefined;
}

const requestNames = keysOf<Conv2DRequest>({
  ...{xShape: true, filterShape: true, kind: true, strides: true, pad: true},
  ...{dataFormat: true, dilations: true, dimRoundingMode: true},
});

/** The names of a convolution's tensors in error messages; by default `x` and `the output`. */
export interface TensorNames {
  x: string;
  y: string;
}

/**
 * The resolved geometry of the *forward* convolution. One value serves all three passes. Tap (i, j) of output pixel (oh, ow)
 * reads input row `oh·strideHeight − padTop + i·dilationHeight`, and columns likewise.
 */
export interface Conv2DInfo {
  readonly kind: Kind;
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** F; depthwise C·M. */
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  /** Rows of zeros above x and columns of zeros to its left. The rows below and the columns to the right follow from the output size. */
  readonly padTop: number;
  readonly padLeft: number;
  readonly dataFormat: DataFormat;
}

interface Axis {
  name: 'height' | 'width';
  size: number;
  filter: number;
  stride: number;
  dilation: number;
}

/**
 * Checks shapes and attributes and resolves them into a {@link Conv2DInfo}. Apart from the reference in verify/, no other code
 * computes padding from them.
 *
 * Output sizes for each axis, with `span = (k − 1)·dilation + 1`:
 * - 'same': ⌈size/stride⌉
 * - 'valid': ⌊(size − span)/stride⌋ + 1
 * - numeric and explicit pads: round((size + pads − span)/stride) + 1 with `dimRoundingMode`
 *
 * For a numeric pad, tfjs uses the filter *height* and stride *height* for the width too (tfjs issue 649). Here each axis uses
 * its own.
 *
 * Sizes may be 0, also those of the filter. The output is then empty, or a sum of no terms.
 *
 * @param functionName the function that the user called, for error messages
 * @param names the names of the tensors in these messages
 * @throws ConvgradError naming the broken constraint, its numbers and the way out
 */
export function conv2dInfo(
  functionName: string,
  request: Conv2DRequest,
  names: TensorNames = {x: 'x', y: 'the output'},
): Conv2DInfo {
  const fail = (problem: string): never => {
    throw new ConvgradError(functionName, problem);
  };
  refuseUnknown(functionName, request, requestNames);
  const {xShape, filterShape, pad} = request;
  const dataFormat = request.dataFormat ?? 'NHWC';
  const mode = request.dimRoundingMode ?? undefined;
  const kind = request.kind ?? 'dense';
  if (kind !== 'dense' && kind !== 'depthwise') fail(`unknown kind ${show(kind)}; use 'dense' or 'depthwise'.`);
  if (dataFormat !== 'NHWC' && dataFormat !== 'NCHW') {
    fail(`unknown dataFormat ${show(dataFormat)}; use 'NHWC' or 'NCHW'.`);
  }
  if (mode !== undefined && mode !== 'floor' && mode !== 'round' && mode !== 'ceil') {
    fail(`unknown dimRoundingMode ${show(mode)}; use 'floor', 'round' or 'ceil', or leave it out.`);
  }
  checkShape(
    names.x,
    xShape,
    `[batch, ${dataFormat === 'NHWC' ? 'height, width, channels' : 'channels, height, width'}]`,
    fail,
  );
  const depth = kind === 'dense' ? 'outChannels' : 'channelMultiplier';
  checkShape('filter', filterShape, `[height, width, inChannels, ${depth}]`, fail);
  const [h, w, c] = dataFormat === 'NHWC' ? [1, 2, 3] : [2, 3, 1];
  const [batch, inHeight, inWidth, inChannels] = [xShape[0]!, xShape[h]!, xShape[w]!, xShape[c]!];
  if (inChannels !== filterShape[2]) {
    fail(
      `${names.x} [${xShape}] (${dataFormat}) has ${inChannels} channels but filter [${filterShape}] expects ${filterShape[2]}; ` +
        `the third filter dimension must equal the channels of ${names.x} (is dataFormat right?).`,
    );
  }
  const [strideHeight, strideWidth] = pair('strides', request.strides, fail);
  const [dilationHeight, dilationWidth] = pair('dilations', request.dilations ?? 1, fail);
  const pads = resolvePads(pad, mode, dataFormat, fail);
  const rows = resolveAxis(
    {name: 'height', size: inHeight, filter: filterShape[0]!, stride: strideHeight, dilation: dilationHeight},
    typeof pads === 'string' ? pads : pads[0],
    mode,
    fail,
  );
  const columns = resolveAxis(
    {name: 'width', size: inWidth, filter: filterShape[1]!, stride: strideWidth, dilation: dilationWidth},
    typeof pads === 'string' ? pads : pads[1],
    mode,
    fail,
  );
  const outChannels = kind === 'dense' ? filterShape[3]! : inChannels * filterShape[3]!;
  checkSize(names.x, xShape, fail);
  checkSize(names.y, [batch, rows.out, columns.out, outChannels], fail);
  return {
    kind,
    batch,
    inHeight,
    inWidth,
    inChannels,
    outHeight: rows.out,
    outWidth: columns.out,
    outChannels,
    filterHeight: filterShape[0]!,
    filterWidth: filterShape[1]!,
    strideHeight,
    strideWidth,
    dilationHeight,
    dilationWidth,
    padTop: rows.before,
    padLeft: columns.before,
    dataFormat,
  };
}

type Fail = (problem: string) => never;
type PadPair = readonly [number, number];

function checkShape(name: string, shape: readonly number[], meaning: string, fail: Fail): void {
  if (!Array.isArray(shape) || shape.length !== 4) {
    fail(
      `${name} must have rank 4, ${meaning}; got ${Array.isArray(shape) ? `rank ${shape.length}: ` : ''}${show(shape)}.`,
    );
  }
  const bad = shape.find((size) => !Number.isSafeInteger(size) || size < 0);
  if (bad !== undefined || shape.some((size) => size === undefined)) {
    fail(`${name} ${show(shape)} has the size ${show(bad)}; sizes are whole numbers from 0.`);
  }
}

/** The length of the longest typed array that every JavaScript engine can make. */
const maximumLength = 2 ** 31 - 1;

function checkSize(name: string, shape: readonly number[], fail: Fail): void {
  const length = shape.reduce((product, size) => product * size, 1);
  if (length > maximumLength) {
    fail(
      `${name} [${shape}] has ${length} elements, more than the ${maximumLength} that one tensor holds; use smaller sizes or pads.`,
    );
  }
}

function pair(name: 'strides' | 'dilations', value: number | readonly number[], fail: Fail): PadPair {
  const both = typeof value === 'number' ? [value, value] : value;
  if (!Array.isArray(both) || both.length !== 2 || both.some((step) => !Number.isSafeInteger(step) || step < 1)) {
    fail(`${name} must be a whole number ≥ 1 or a pair [height, width] of them; got ${show(value)}.`);
  }
  return [both[0]!, both[1]!];
}

/** The name of the rule, or the pads as [[top, bottom], [left, right]]. */
function resolvePads(
  pad: Pad,
  mode: RoundingMode | undefined,
  dataFormat: DataFormat,
  fail: Fail,
): 'same' | 'valid' | readonly [PadPair, PadPair] {
  if (pad === 'same' || pad === 'valid') {
    if (mode !== undefined) {
      fail(
        `dimRoundingMode '${mode}' needs a numeric or explicit pad, got '${pad}', which fixes the output size by itself.`,
      );
    }
    return pad;
  }
  const whole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (typeof pad === 'number') {
    if (!whole(pad)) fail(`pad must be a whole number ≥ 0; got ${show(pad)}.`);
    return [
      [pad, pad],
      [pad, pad],
    ];
  }
  const form =
    dataFormat === 'NHWC'
      ? '[[0, 0], [top, bottom], [left, right], [0, 0]]'
      : '[[0, 0], [0, 0], [top, bottom], [left, right]]';
  if (
    !Array.isArray(pad) ||
    pad.length !== 4 ||
    pad.some((side) => !Array.isArray(side) || side.length !== 2 || !side.every(whole))
  ) {
    fail(`pad must be 'same', 'valid', a whole number ≥ 0, or ${form} with whole numbers ≥ 0; got ${show(pad)}.`);
  }
  const sides = pad as ExplicitPads;
  const [rows, columns, channels] = dataFormat === 'NHWC' ? [1, 2, 3] : [2, 3, 1];
  if ([...sides[0]!, ...sides[channels]!].some((side) => side !== 0)) {
    fail(`pad ${show(pad)} pads the batch or the channels; for ${dataFormat} it must have the form ${form}.`);
  }
  return [sides[rows] as PadPair, sides[columns] as PadPair];
}

function resolveAxis(
  axis: Axis,
  pads: 'same' | 'valid' | PadPair,
  mode: RoundingMode | undefined,
  fail: Fail,
): {out: number; before: number} {
  const {size, filter, stride, dilation} = axis;
  const span = (filter - 1) * dilation + 1;
  const [before, after] = typeof pads === 'string' ? [0, 0] : pads;
  if (!Number.isSafeInteger(span)) {
    fail(
      `the filter covers (${filter} − 1)·${dilation} + 1 along the ${axis.name}, but whole numbers are exact only up to ${Number.MAX_SAFE_INTEGER}; ` +
        'use a smaller dilation.',
    );
  }
  if (!Number.isSafeInteger(size + before + after)) {
    fail(
      `pad adds ${before} + ${after} to the ${axis.name}, but whole numbers are exact only up to ${Number.MAX_SAFE_INTEGER}; use smaller pads.`,
    );
  }
  if (pads === 'same') {
    const out = Math.ceil(size / stride);
    return {out, before: Math.floor(Math.max(0, (out - 1) * stride + span - size) / 2)};
  }
  const room = size + before + after - span;
  if (room < 0) {
    const covers = dilation > 1 ? `(${filter} − 1)·${dilation} + 1 = ${span}` : `${span}`;
    fail(
      `the filter covers ${covers} along the ${axis.name}, more than input ${size} + padding ${before} + ${after} = ${size + before + after}; ` +
        `use a smaller filter${dilation > 1 ? ' or dilation' : ''}, more padding, or pad 'same'.`,
    );
  }
  const round = mode === undefined ? Math.floor : Math[mode];
  return {out: round(room / stride) + 1, before};
}
