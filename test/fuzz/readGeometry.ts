import type {Kind} from '../../src/geometry/conv2dInfo.js';
import type {Problem} from '../../src/geometry/problem.js';
import {outputSize} from '../../src/verify/reference/reference.js';
import {invalid, maxElements, NotTried, type Reading} from './reading.js';

/** The geometry of a call as a problem that the reference can enumerate; throws otherwise. Written from the definition; shares nothing with `src/geometry`. */
export function readProblem(
  reading: Reading,
  kind: Kind,
  xShape: unknown,
  filterShape: unknown,
  attrs: Record<string, unknown>,
): Problem {
  const dataFormat = readFormat(reading, attrs['dataFormat']);
  const [first, ...others] = sizes('x', xShape);
  const [inHeight, inWidth, inChannels] = dataFormat === 'NHWC' ? others : [others[1]!, others[2]!, others[0]!];
  const [filterHeight, filterWidth, filterChannels, depth] = sizes('filter', filterShape);
  if (inChannels !== filterChannels) invalid('x and filter differ in channels');
  if (inHeight * inWidth * inChannels * depth * filterHeight * filterWidth === 0) reading.strict = false;
  const [strideHeight, strideWidth] = readPair(reading, attrs['strides']);
  const [dilationHeight, dilationWidth] = readPair(reading, attrs['dilations'], 1);
  const problem: Problem = {
    batch: first!,
    inHeight,
    inWidth,
    inChannels,
    outChannels: kind === 'depthwise' ? inChannels * depth : depth,
    ...{filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth},
    ...{pad: readPad(reading, attrs['pad'], dataFormat), dataFormat, kind},
  };
  const mode = attrs['dimRoundingMode'];
  if (mode === 'floor' || mode === 'round' || mode === 'ceil') problem.dimRoundingMode = mode;
  else if (mode !== undefined && mode !== null) invalid('an unknown rounding mode');
  if (mode && typeof problem.pad === 'string') invalid('a rounding mode where the pad fixes the size');
  return withinReach(problem);
}

function sizes(name: string, shape: unknown): [number, number, number, number] {
  if (!Array.isArray(shape) || shape.length !== 4) invalid(`${name} has not four axes`);
  const four = shape as [number, number, number, number];
  if (!four.every((size) => Number.isSafeInteger(size) && size >= 0)) invalid(`${name} has strange sizes`);
  if (four.reduce((product, size) => product * size, 1) > 2 ** 31 - 1) invalid(`${name} is larger than any tensor`);
  return four;
}

function readFormat(reading: Reading, format: unknown): 'NHWC' | 'NCHW' {
  if (format === null) reading.strict = false;
  if (format === undefined || format === null || format === 'NHWC') return 'NHWC';
  return format === 'NCHW' ? 'NCHW' : invalid('an unknown data format');
}

function readPair(reading: Reading, value: unknown, fallback?: number): [number, number] {
  if (value === null) reading.strict = false;
  const given = value ?? fallback;
  if (Array.isArray(given) && given.length > 2) reading.strict = false; // tfjs takes the first two of three
  const both: unknown[] = Array.isArray(given) ? given.slice(0, 2) : [given, given];
  if (both.length !== 2 || !both.every((step) => Number.isSafeInteger(step) && (step as number) > 0)) {
    invalid('steps that are no whole numbers from 1');
  }
  return both as [number, number];
}

function readPad(reading: Reading, pad: unknown, dataFormat: 'NHWC' | 'NCHW'): Problem['pad'] {
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (pad === 'same' || pad === 'valid' || isCount(pad)) return pad as Problem['pad'];
  if (!Array.isArray(pad) || pad.length !== 4) invalid('an unknown pad');
  const pairs = pad as unknown[];
  const [rows, columns, channels] = dataFormat === 'NHWC' ? [1, 2, 3] : [2, 3, 1];
  const pair = (i: number) => {
    const both = pairs[i];
    if (!Array.isArray(both) || both.length !== 2 || !both.every(isCount)) invalid('a pad that is no pair');
    return both as [number, number];
  };
  for (const i of [0, channels]) {
    const both = pairs[i];
    // tfjs ignores pads of the batch and the channels.
    if (!(Array.isArray(both) && both.length === 2 && both[0] === 0 && both[1] === 0)) reading.strict = false;
  }
  const [[top, bottom], [left, right]] = [pair(rows), pair(columns)];
  return {top, bottom, left, right};
}

/** The same convolution with steps that the reference can enumerate; throws if no window fits. */
function withinReach(problem: Problem): Problem {
  const p = {...problem};
  const pads = typeof p.pad === 'object' ? p.pad : undefined;
  const number = typeof p.pad === 'number' ? p.pad : 0;
  for (const [size, filter, stride, dilation, before, after] of [
    ['inHeight', 'filterHeight', 'strideHeight', 'dilationHeight', 'top', 'bottom'],
    ['inWidth', 'filterWidth', 'strideWidth', 'dilationWidth', 'left', 'right'],
  ] as const) {
    const room = p[size] + (pads ? pads[before] + pads[after] : 2 * number);
    if (p[filter] === 1) p[dilation] = 1;
    if (p.pad !== 'same' && (p[filter] - 1) * p[dilation] + 1 > room) invalid('the filter reaches past its input');
    // A stride of more than twice the room leaves one window, in every rounding mode.
    p[stride] = Math.min(p[stride], 2 * room + 2);
    // With such a dilation at most the middle tap meets the image.
    if (p.pad === 'same') p[dilation] = Math.min(p[dilation], 8 * (p[size] + p[stride]) + 8);
  }
  const {rows, columns} = roughly(p);
  const elements = p.batch * rows * columns * p.outChannels;
  if (elements > 2 ** 31 - 1) invalid('the output is larger than any tensor');
  // Its own loops over rows and columns come before the batch, which may be 0.
  if (Math.max(elements, rows * columns) > maxElements) throw new NotTried('too large');
  return p;
}

/** How high and wide y is, without enumerating anything. */
function roughly(p: Problem): {rows: number; columns: number} {
  const pads = typeof p.pad === 'object' ? p.pad : undefined;
  const around = typeof p.pad === 'number' ? 2 * p.pad : 0;
  const along = (size: number, filter: number, stride: number, dilation: number, pad: number) =>
    p.pad === 'same' ? Math.ceil(size / stride) : Math.floor((size + pad - (filter - 1) * dilation - 1) / stride) + 1;
  const [vertical, horizontal] = pads ? [pads.top + pads.bottom, pads.left + pads.right] : [around, around];
  return {
    rows: along(p.inHeight, p.filterHeight, p.strideHeight, p.dilationHeight, vertical),
    columns: along(p.inWidth, p.filterWidth, p.strideWidth, p.dilationWidth, horizontal),
  };
}

/** [OH, OW]: by enumeration, and of a filter without taps by the formula of any other. */
export function heightAndWidth(p: Problem): [number, number] {
  const [height, width] = outputSize({...p, filterHeight: p.filterHeight || 1, filterWidth: p.filterWidth || 1});
  const pads = typeof p.pad === 'object' ? p.pad : {top: p.pad, bottom: p.pad, left: p.pad, right: p.pad};
  const without = (size: number, before: Problem['pad'], after: Problem['pad'], stride: number, dilation: number) => {
    if (p.pad === 'same') return Math.ceil(size / stride);
    const room = size + (p.pad === 'valid' ? 0 : Number(before) + Number(after)) + dilation - 1;
    return Math[p.dimRoundingMode ?? 'floor'](room / stride) + 1;
  };
  return [
    p.filterHeight ? height : without(p.inHeight, pads.top, pads.bottom, p.strideHeight, p.dilationHeight),
    p.filterWidth ? width : without(p.inWidth, pads.left, pads.right, p.strideWidth, p.dilationWidth),
  ];
}

/** The shape of y in the user's order. */
export function outputShape(p: Problem): number[] {
  const [height, width] = heightAndWidth(p);
  return p.dataFormat === 'NHWC' ? [p.batch, height, width, p.outChannels] : [p.batch, p.outChannels, height, width];
}
