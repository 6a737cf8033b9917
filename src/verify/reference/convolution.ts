import type {Bound} from '../../algorithms/algorithm.js';
import type {Arithmetic} from '../../backends/arithmetic.js';
import type {Pass} from '../../geometry/pass.js';
import type {Problem} from '../../geometry/problem.js';

const {abs} = Math; // a local name, because test runners that sandbox globals look them up slowly, and every term needs it

/** The expected result of one pass, element by element in NHWC (filter: HWIO) order. */
export interface Expected {
  /** The right value, in float64. */
  values: Float64Array;
  /** K, the number of terms that the definition sums for the element; 0 where strides or padding leave a structural zero. */
  terms: Uint32Array;
  /** S = Σ|a||b|, the same sum over absolute values. Rounding errors are measured against it. */
  magnitudes: Float64Array;
  /** The algorithm's own bound, which replaces K and S. */
  own?: Bound | undefined;
  shape: readonly [number, number, number, number];
  /** The algorithm's own bound for the forward pass, where this is a gradient of a fused convolution. */
  ownOfForward?: Bound | undefined;
  /**
   * The bounds of all elements, where an epilogue follows the pass or stands before a gradient. If absent, the bound of the sum applies.
   */
  bounds?: Bounds | undefined;
  /**
   * The largest inputs that the pass may read, where they differ from the problem's inputs. An algorithm's own bound is computed from them.
   */
  reads?: Partial<Inputs> | undefined;
  /** On integers and fractions of them: how many steps from one possible value to the next make 1. 1 when absent. */
  steps?: number | undefined;
  /** Why the values are rounded even on integers; absent where they are exact. */
  rounded?: string | undefined;
}

/** Computes by how much each element may err. See {@link Expected} for the bounds that an algorithm brings. */
export type Bounds = (arithmetic: Arithmetic, owns: Pick<Expected, 'own' | 'ownOfForward'>) => ArrayLike<number>;

/** The three tensors that a convolution and its gradients read, in NHWC (filter: HWIO) order. */
export interface Inputs {
  x: Float32Array;
  filter: Float32Array;
  dy: Float32Array;
}

/** The additional inputs of a fused convolution. */
export interface EpilogueInputs {
  bias?: Float32Array | undefined;
  /** prelu's slopes for values below zero. */
  slopes?: Float32Array | undefined;
}

/** All inputs of a problem. */
export type AllInputs = Inputs & EpilogueInputs;

/**
 * Computes the convolution and both gradients from the definition. Each pass is computed when it is first read:
 *
 *     y[n, oh, ow, f] = Σ x[n, ih, iw, c] · filter[i, j, c, f]          over i, j, c
 *     y[n, oh, ow, c·M + m] = Σ x[n, ih, iw, c] · filter[i, j, c, m]    over i, j, depthwise
 *
 * Each term of the sum belongs to one element of y, of dx and of dFilter. Products of float32 are exact in float64.
 *
 * The code shares no geometry with the kernels, so that a mistake in theirs cannot hide here. It enumerates windows and never computes
 * them.
 */
export function convolutionSums(
  problem: Problem,
  inputs: Record<keyof Inputs, ArrayLike<number>>,
): Record<Pass, Expected> {
  const known: Partial<Record<Pass, Expected>> = {};
  const sums = (pass: Pass) => (known[pass] ??= sumsOf(problem, inputs, pass));
  return {
    get forward() {
      return sums('forward');
    },
    get backpropInput() {
      return sums('backpropInput');
    },
    get backpropFilter() {
      return sums('backpropFilter');
    },
  };
}

function sumsOf(problem: Problem, {x, filter, dy}: Record<keyof Inputs, ArrayLike<number>>, pass: Pass): Expected {
  const {batch, inHeight, inWidth, inChannels: C, outChannels: F, filterWidth} = problem;
  const {rows, columns} = windowsOf(problem);
  const {x: xShape, filter: filterShape, dy: dyShape} = tensorShapes(problem);
  const sums = empty({forward: dyShape, backpropInput: xShape, backpropFilter: filterShape}[pass]);
  const {from, to} = connectionsOf(problem);
  for (let n = 0; n < batch; n++) {
    for (const row of rows.taps) {
      for (const column of columns.taps) {
        const pixel = ((n * rows.count + row.window) * columns.count + column.window) * F;
        const source = ((n * inHeight + row.input) * inWidth + column.input) * C;
        const tap = (row.tap * filterWidth + column.tap) * from.length;
        for (let i = 0; i < from.length; i++) {
          const [a, weight, error] = [source + from[i], tap + i, pixel + to[i]];
          if (pass === 'forward') add(sums, error, x[a], filter[weight]);
          else if (pass === 'backpropInput') add(sums, a, dy[error], filter[weight]);
          else add(sums, weight, x[a], dy[error]);
        }
      }
    }
  }
  return sums;
}

/** For each weight of a tap, in the order of the filter: the input channel that it leads from, and the output channel that it leads to. */
function connectionsOf({kind, inChannels, outChannels}: Problem): {from: Int32Array; to: Int32Array} {
  const depthwise = kind === 'depthwise';
  const [from, to] = [0, 1].map(() => new Int32Array(depthwise ? outChannels : inChannels * outChannels));
  for (let i = 0; i < from.length; i++) {
    // In a depthwise convolution, consecutive output channels are shared out evenly among the input channels.
    from[i] = Math.floor(depthwise ? (i * inChannels) / outChannels : i / outChannels);
    to[i] = i % outChannels;
  }
  return {from, to};
}

/** The shapes of x, filter and dy, in NHWC (filter: HWIO) order. */
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

/** [OH, OW], by enumeration of the windows. */
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

interface Windows {
  rows: WindowTaps;
  columns: WindowTaps;
}

/** The windows of problems that were asked for, since each problem is judged dozens of times. */
const windows = new WeakMap<Problem, Windows>();

/** Finds where the windows of a problem stand, and which input element each tap falls on. */
export function windowsOf(problem: Problem): Windows {
  const found = windows.get(problem) ?? findWindows(problem);
  windows.set(problem, found);
  return found;
}

function findWindows(p: Problem): Windows {
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

/** Slides the filter's window along one padded axis and records where it stops. */
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
    // `same` has one window per stride of input. It adds as few zeros as let the last window fit; an odd zero goes behind.
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
    // `at` is the first window that does not fit. The rounding mode decides by how much of its stride is there.
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
