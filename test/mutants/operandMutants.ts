import type {Conv2DInfo} from '../../src/geometry/conv2dInfo.js';
import {filterDepth} from '../../src/geometry/pass.js';
import {allPasses, gradients, type Mistake, type Mutant, only, operand, rearrange} from './mutant.js';

/** Reads other taps: `move` maps (i, j) to the tap that is read in its place. */
function taps(move: (i: number, j: number, info: Conv2DInfo) => [number, number]): Mistake {
  return operand('filter', (filter, info) => {
    const block = info.inChannels * filterDepth(info);
    return rearrange(filter, (index) => {
      const tap = Math.floor(index / block);
      const [i, j] = move(Math.floor(tap / info.filterWidth), tap % info.filterWidth, info);
      return (i * info.filterWidth + j) * block + (index % block);
    });
  });
}

/** Keeps the first `kept` of each `length` values, and sets the others to zero. */
const cut = (values: Float32Array, length: number, kept: number) =>
  values.map((value, i) => (i % length < kept ? value : 0));
const floorTo = (size: number, unit: number) => size - (size % unit);

/** Puts x in a frame of values that are not zero, for a kernel that reads beyond the border without a test. */
function framed(info: Conv2DInfo, x: Float32Array, beyond: (value: number) => number): [Conv2DInfo, Float32Array] {
  const reach = (size: 'Height' | 'Width') =>
    (info[`out${size}`] - 1) * info[`stride${size}`] + (info[`filter${size}`] - 1) * info[`dilation${size}`] + 1;
  const [inHeight, inWidth] = [reach('Height'), reach('Width')];
  const clamp = (at: number, size: number) => Math.min(Math.max(at, 0), size - 1);
  const frame = new Float32Array(info.batch * inHeight * inWidth * info.inChannels).map((_, index) => {
    const c = index % info.inChannels;
    const pixel = (index - c) / info.inChannels;
    const w = (pixel % inWidth) - info.padLeft;
    const h = (Math.floor(pixel / inWidth) % inHeight) - info.padTop;
    const n = Math.floor(pixel / inWidth / inHeight);
    const [near, beside] = [clamp(h, info.inHeight), clamp(w, info.inWidth)];
    const value = x[((n * info.inHeight + near) * info.inWidth + beside) * info.inChannels + c];
    return near === h && beside === w ? value : beyond(value);
  });
  return [{...info, inHeight, inWidth, padTop: 0, padLeft: 0}, frame];
}

const frame =
  (beyond: (value: number) => number): Mistake =>
  (run) =>
  (call) => {
    const [info, a] = framed(call.info, call.a, beyond);
    run({...call, info, a});
  };

/** Rounds to `bits` bits of mantissa after the leading one, ties to even. */
function rounded(value: number, bits: number): number {
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - bits);
  const low = Math.floor(value / unit);
  const rest = value / unit - low;
  const up = rest > 0.5 || (rest === 0.5 && low % 2 !== 0);
  return value === 0 || !Number.isFinite(value) ? value : (low + (up ? 1 : 0)) * unit;
}
const lessPrecise = (bits: number): Mistake => {
  const round = (values: Float32Array) => values.map((value) => rounded(value, bits));
  return (run) => operand('x', round)(operand('filter', round)(operand('dy', round)(run)));
};

/** Mutants that read their inputs wrongly: taps, channels, images, tails, precision, padding. */
export const operandMutants: readonly Mutant[] = [
  {
    name: 'no-flip',
    passes: ['backpropInput'],
    wrong: 'dX does not flip the filter: its taps are reversed on both axes',
    mistake: taps((i, j, info) => [info.filterHeight - 1 - i, info.filterWidth - 1 - j]),
  },
  {
    name: 'flip-rows',
    passes: ['backpropInput'],
    wrong: 'dX flips the filter on one axis only: the rows are reversed',
    mistake: taps((i, j, info) => [info.filterHeight - 1 - i, j]),
  },
  {
    name: 'flip-columns',
    passes: ['backpropInput'],
    wrong: 'dX flips the filter on one axis only: the columns are reversed',
    mistake: taps((i, j, info) => [i, info.filterWidth - 1 - j]),
  },
  {
    name: 'convolution',
    passes: ['forward'],
    wrong: 'y flips the filter like a mathematician’s convolution',
    mistake: taps((i, j, info) => [info.filterHeight - 1 - i, info.filterWidth - 1 - j]),
  },
  {
    name: 'channels-transposed',
    passes: ['forward', 'backpropInput'],
    wrong: 'the filter is read as [kh, kw, F, C]',
    mistake: operand('filter', (filter, info) => {
      const [C, F] = [info.inChannels, filterDepth(info)];
      return rearrange(filter, (index) => {
        const [c, f] = [Math.floor(index / F) % C, index % F];
        return Math.floor(index / (C * F)) * C * F + f * C + c;
      });
    }),
  },
  {
    name: 'channels-reversed',
    passes: ['backpropInput'],
    wrong: 'the channels of dy are read from the last to the first',
    mistake: operand('dy', (dy, {outChannels: F}) => rearrange(dy, (i) => i - (i % F) + F - 1 - (i % F))),
  },
  {
    name: 'planar-x',
    passes: ['forward'],
    wrong: 'x is read as NCHW',
    mistake: operand('x', (x, {inHeight, inWidth, inChannels: C}) => {
      const pixels = inHeight * inWidth;
      return rearrange(
        x,
        (i) => Math.floor(i / (pixels * C)) * pixels * C + (i % C) * pixels + (Math.floor(i / C) % pixels),
      );
    }),
  },
  {
    name: 'batch-0-only-dfilter',
    passes: ['backpropFilter'],
    wrong: 'dFilter sums over the first image only',
    mistake: operand('dy', (dy, {batch}) => cut(dy, dy.length, dy.length / batch)),
  },
  {
    name: 'batch-0-for-all',
    passes: ['forward'],
    wrong: 'each image is taken for the first',
    mistake: operand('x', (x, {batch}) => rearrange(x, (i) => i % (x.length / batch))),
  },
  {
    name: 'overwrite-for-accumulate',
    passes: ['backpropFilter'],
    wrong: 'dFilter of each image overwrites the one before instead of being added',
    mistake: operand('dy', (dy, {batch}) => dy.map((value, i) => (i < dy.length - dy.length / batch ? 0 : value))),
  },
  {
    name: 'reduction-tail-forward',
    passes: ['forward'],
    wrong: 'the sum over input channels stops at a multiple of 4',
    mistake: operand('x', (x, {inChannels: C}) => cut(x, C, C < 4 ? C : floorTo(C, 4))),
  },
  {
    name: 'reduction-tail-dx',
    passes: ['backpropInput'],
    wrong: 'the sum over output channels stops at a multiple of 2',
    mistake: operand('dy', (dy, {outChannels: F}) => cut(dy, F, floorTo(F, 2))),
  },
  {
    name: 'reduction-tail-dfilter',
    passes: ['backpropFilter'],
    wrong: 'the sum over pixels stops at a multiple of 4',
    mistake: operand('dy', (dy, {outChannels: F}) => cut(dy, dy.length, floorTo(dy.length / F, 4) * F)),
  },
  {
    name: 'last-row-of-dy',
    passes: ['backpropFilter'],
    wrong: 'the last row of dy is left out where the stride leaves a remainder',
    mistake: operand('dy', (dy, {inHeight, strideHeight, outHeight, outWidth, outChannels: F}) =>
      inHeight % strideHeight === 0 ? dy : cut(dy, outHeight * outWidth * F, (outHeight - 1) * outWidth * F),
    ),
  },
  {
    name: 'dy-ignored',
    passes: gradients,
    wrong: 'dy is taken to be all ones',
    mistake: operand('dy', (dy) => dy.map(() => 1)),
  },
  {
    name: 'clamped-padding',
    passes: ['forward', 'backpropFilter'],
    wrong: 'beyond its border x repeats the border instead of being zero',
    mistake: frame((value) => value),
  },
  {
    name: 'masked-padding',
    passes: ['forward', 'backpropFilter'],
    wrong: 'padding is a border value times 0, which is NaN where the border is not finite',
    mistake: frame((value) => value * 0),
  },
  {
    name: 'float16',
    passes: allPasses,
    wrong: 'inputs are silently rounded to float16',
    mistake: lessPrecise(10),
  },
  {name: 'bfloat16', passes: allPasses, wrong: 'inputs are silently rounded to bfloat16', mistake: lessPrecise(7)},
  {
    name: 'tf32-dfilter',
    passes: ['backpropFilter'],
    wrong: 'dy is silently rounded to tf32',
    mistake: only(
      'backpropFilter',
      operand('dy', (dy) => dy.map((value) => rounded(value, 10))),
    ),
  },
  {
    name: 'index-16-bit',
    passes: ['forward', 'backpropFilter'],
    wrong: 'x is addressed with 16 bits',
    mistake: operand('x', (x) => rearrange(x, (i) => i & 0xffff)),
  },
];
