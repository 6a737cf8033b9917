import type {Bound} from '../../algorithms/algorithm.js';
import type {Pass} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';
import type {Arithmetic} from './arithmetic.js';

const {abs} = Math; // test runners that sandbox their globals look them up slowly, and this one is asked for every term

/** What must come out of one pass, element by element in NHWC (filter: HWIO) order. */
export interface Expected {
  /** The right value, in float64. */
  values: Float64Array;
  /** K, how many terms the definition sums for the element; 0 where strides or padding leave a structural zero. */
  terms: Uint32Array;
  /** S = Σ|a||b|, the same sum over absolute values: what rounding errors are measured against. */
  magnitudes: Float64Array;
  /** What stands for K and S where an algorithm brings a bound of its own. */
  own?: Bound | undefined;
  shape: readonly [number, number, number, number];
  /** Of a fused convolution. */
  ownOfForward?: Bound | undefined;
  /** The bounds of all elements where an epilogue follows, or stands before a gradient. Absent, that of the sum alone. */
  bounds?: Bounds | undefined;
  /** What an algorithm's own bound is to be asked for, where the pass reads something else than the inputs: the largest that it may read. */
  reads?: Partial<Inputs> | undefined;
  /** Integers and fractions of them: how many steps from one value to the next are in 1. 1 when absent. */
  steps?: number | undefined;
  /** Why the values are rounded even on integers; they are exact when absent. */
  rounded?: string | undefined;
}

/** By how much each element may err; see {@link Expected} for the bounds that an algorithm brings. */
export type Bounds = (arithmetic: Arithmetic, owns: Pick<Expected, 'own' | 'ownOfForward'>) => ArrayLike<number>;

/** The three tensors that a convolution and its gradients read, in NHWC (filter: HWIO) order. */
export interface Inputs {
  x: Float32Array;
  filter: Float32Array;
  dy: Float32Array;
}

/** What a fused convolution reads beside them. */
export interface EpilogueInputs {
  bias?: Float32Array | undefined;
  /** prelu's slopes below zero. */
  slopes?: Float32Array | undefined;
}

/** All that a problem is computed from. */
export type AllInputs = Inputs & EpilogueInputs;

/**
 * The convolution from its definition, y[n, oh, ow, f] = Σ x[n, ih, iw, c] · filter[i, j, c, f] over i, j, c, depthwise
 * y[n, oh, ow, c·M + m] = Σ x[n, ih, iw, c] · filter[i, j, c, m] over i, j, and both gradients in the same loop: each term of the sum belongs
 * to one element of y, of dx and of dFilter. Products of float32 are exact in float64.
 *
 * Shares no geometry with the kernels, so that a mistake in theirs cannot hide in here: windows are enumerated, never computed.
 */
export function convolutionSums(
  problem: Problem,
  {x, filter, dy}: Record<keyof Inputs, ArrayLike<number>>,
): Record<Pass, Expected> {
  const {batch, inHeight, inWidth, inChannels: C, outChannels: F, filterWidth} = problem;
  const {rows, columns} = windowsOf(problem);
  const forward = empty([batch, rows.count, columns.count, F]);
  const backpropInput = empty([batch, inHeight, inWidth, C]);
  const backpropFilter = empty(tensorShapes(problem).filter);
  const {from, to} = connectionsOf(problem);
  for (let n = 0; n < batch; n++) {
    for (const row of rows.taps) {
      for (const column of columns.taps) {
        const pixel = ((n * rows.count + row.window) * columns.count + column.window) * F;
        const source = ((n * inHeight + row.input) * inWidth + column.input) * C;
        const tap = (row.tap * filterWidth + column.tap) * from.length;
        for (let i = 0; i < from.length; i++) {
          const [a, weight, error] = [source + from[i], tap + i, pixel + to[i]];
          add(forward, error, x[a], filter[weight]);
          add(backpropInput, a, dy[error], filter[weight]);
          add(backpropFilter, weight, x[a], dy[error]);
        }
      }
    }
  }
  return {forward, backpropInput, backpropFilter};
}

/** Which input channel each weight of a tap leads from, and which output channel to, in the order of the filter. */
function connectionsOf({kind, inChannels, outChannels}: Problem): {from: Int32Array; to: Int32Array} {
  const depthwise = kind === 'depthwise';
  const [from, to] = [0, 1].map(() => new Int32Array(depthwise ? outChannels : inChannels * outChannels));
  for (let i = 0; i < from.length; i++) {
    // Depthwise, the output channels in order are shared out evenly among the input channels in order.
    from[i] = Math.floor(depthwise ? (i * inChannels) / outChannels : i / outChannels);
    to[i] = i % outChannels;
  }
  return {from, to};
}

/** The shapes of what a convolution and its gradients read, in NHWC (filter: HWIO) order. */
export function tensorShapes(p: Problem): Record<keyof Inputs, [number, number, number, number]> {
  return {
    x: [p.batch, p.inHeight, p.inWidth, p.inChannels],
    filter: [
      p.filterHeight,
      p.filterWidth,
      p.inChannels,
      p.kind === 'depthwise' ? p.outChannels / p.inChannels : p.outChannels,
    ],
    dy: [p.batch, ...outputSize(p), p.outChannels],
  };
}

/** [OH, OW] by enumeration. */
export function outputSize(problem: Problem): [number, number] {
  const {rows, columns} = windowsOf(problem);
  return [rows.count, columns.count];
}

function add(into: Expected, index: number, a: number, b: number): void {
  const term = a * b;
  into.values[index] += term;
  into.magnitudes[index] += abs(term);
  into.terms[index]++;
}

function empty(shape: [number, number, number, number]): Expected {
  const size = shape.reduce((product, length) => product * length, 1);
  return {values: new Float64Array(size), terms: new Uint32Array(size), magnitudes: new Float64Array(size), shape};
}

/** One axis: the number of windows, and every (window, tap) that falls on a real input element. */
interface WindowTaps {
  count: number;
  taps: {window: number; tap: number; input: number}[];
}

/** Where the windows of a problem stand, and on what. */
export function windowsOf(p: Problem): {rows: WindowTaps; columns: WindowTaps} {
  const pads = typeof p.pad === 'object' ? p.pad : undefined;
  const around = (before: number | undefined, after: number | undefined) =>
    before !== undefined && after !== undefined
      ? ([before, after] as const)
      : typeof p.pad === 'number'
        ? ([p.pad, p.pad] as const)
        : p.pad;
  const rounding = p.dimRoundingMode ?? 'floor';
  return {
    rows: slide(
      p.inHeight,
      p.filterHeight,
      p.strideHeight,
      p.dilationHeight,
      around(pads?.top, pads?.bottom),
      rounding,
    ),
    columns: slide(p.inWidth, p.filterWidth, p.strideWidth, p.dilationWidth, around(pads?.left, pads?.right), rounding),
  };
}

/** Slides the filter's window along the padded line and writes down where it stops. */
function slide(
  size: number,
  filter: number,
  stride: number,
  dilation: number,
  pad: Problem['pad'] | readonly [number, number],
  rounding: 'floor' | 'round' | 'ceil',
): WindowTaps {
  const offsets = Array.from({length: filter}, (_, tap) => tap * dilation);
  const reach = offsets[filter - 1];
  const starts: number[] = [];
  if (pad === 'same') {
    // One window per stride of input; as few zeros as let the last one fit, the odd zero behind.
    for (let at = 0; at < size; at += stride) starts.push(at);
    const last = starts[starts.length - 1] + reach;
    let zeros = 0;
    while (last >= size + zeros) zeros++;
    const before = (zeros - (zeros % 2)) / 2;
    for (let i = 0; i < starts.length; i++) starts[i] -= before;
  } else {
    const [before, after] = Array.isArray(pad) ? (pad as readonly [number, number]) : [0, 0];
    let at = -before;
    for (; at + reach < size + after; at += stride) starts.push(at);
    // `at` is the first window that does not fit; the mode decides by how much of its stride is there.
    const missing = at + reach - (size + after - 1);
    const there = stride - missing;
    if ((rounding === 'ceil' && there > 0) || (rounding === 'round' && 2 * there >= stride)) starts.push(at);
  }
  const taps = starts.flatMap((start, window) =>
    offsets.flatMap((offset, tap) =>
      start + offset >= 0 && start + offset < size ? [{window, tap, input: start + offset}] : [],
    ),
  );
  return {count: starts.length, taps};
}
