import type {Conv2DInfo} from '../../src/geometry/conv2dInfo.js';
import {filterDepth, type Pass} from '../../src/geometry/pass.js';
import {allPasses, gradients, type Mistake, type Mutant, rearrange, result} from './mutant.js';

const scaled = (factor: (info: Conv2DInfo) => number): Mistake =>
  result((out, {info}) => {
    const by = factor(info);
    out.forEach((value, i) => {
      out[i] = value * by;
    });
  });

/** Sets the elements for which `lost` holds to zero. */
const zeroed = (lost: (index: number, info: Conv2DInfo, size: number, pass: Pass) => boolean): Mistake =>
  result((out, {info, pass}) => {
    out.forEach((_, i) => {
      if (lost(i, info, out.length, pass)) out[i] = 0;
    });
  });

/** Never writes the elements for which `lost` holds: the buffer keeps what was there. */
const unwritten =
  (lost: (index: number, info: Conv2DInfo, size: number) => boolean): Mistake =>
  (run) =>
  (call) => {
    const out = new Float32Array(call.out.length);
    run({...call, out});
    out.forEach((value, i) => {
      if (!lost(i, call.info, out.length)) call.out[i] = value;
    });
  };

/** Whether no window ever reads this row or column of x. */
function isGap(at: number, pad: number, stride: number, filter: number, dilation: number): boolean {
  return Array.from({length: filter}, (_, tap) => at + pad - tap * dilation).every((start) => start % stride !== 0);
}

/** Mutants that write the result wrongly: scale, sign, order, tails, unwritten elements. */
export const resultMutants: readonly Mutant[] = [
  {
    name: 'divided-by-batch',
    passes: ['backpropFilter'],
    wrong: 'dFilter is divided by N',
    mistake: scaled(({batch}) => 1 / batch),
  },
  {
    name: 'mean-over-pixels',
    passes: ['backpropFilter'],
    wrong: 'dFilter is divided by OH · OW',
    mistake: scaled(({outHeight, outWidth}) => 1 / (outHeight * outWidth)),
  },
  {name: 'sign', passes: gradients, wrong: 'the gradient has the wrong sign', mistake: scaled(() => -1)},
  {name: 'scaled', passes: allPasses, wrong: 'the result is 1.001 times the right one', mistake: scaled(() => 1.001)},
  {
    name: 'dfilter-transposed',
    passes: ['backpropFilter'],
    wrong: 'dFilter is written as [kh, kw, F, C]',
    mistake: result((out, {info}) => {
      const [C, F] = [info.inChannels, filterDepth(info)];
      const block = C * F;
      out.set(
        rearrange(out, (i) => {
          const within = i % block;
          return i - within + (within % C) * F + Math.floor(within / C);
        }),
      );
    }),
  },
  {
    name: 'dfilter-flipped',
    passes: ['backpropFilter'],
    wrong: 'dFilter is written flipped by 180°',
    mistake: result((out, {info}) => {
      const last = info.filterHeight * info.filterWidth - 1;
      const block = info.inChannels * filterDepth(info);
      out.set(rearrange(out, (i) => (last - Math.floor(i / block)) * block + (i % block)));
    }),
  },
  {
    name: 'batch-0-only-forward',
    passes: ['forward'],
    wrong: 'y of all images but the first is zero',
    mistake: zeroed((i, {batch}, size) => i >= size / batch),
  },
  {
    name: 'batch-0-only-dx',
    passes: ['backpropInput'],
    wrong: 'dX of all images but the first is zero',
    mistake: zeroed((i, {batch}, size) => i >= size / batch),
  },
  {
    name: 'vec4-tail-forward',
    passes: ['forward'],
    wrong: 'output channels past a multiple of 4 are zero',
    mistake: zeroed((i, {outChannels: F}) => F > 4 && i % F >= F - (F % 4)),
  },
  {
    name: 'vec4-tail-dx',
    passes: ['backpropInput'],
    wrong: 'channels of dX past a multiple of 4 are zero',
    mistake: zeroed((i, {inChannels: C}) => i % C >= C - (C % 4)),
  },
  {
    name: 'vec8-tail-flat',
    passes: allPasses,
    wrong: 'the last elements past a multiple of 8 are zero',
    mistake: zeroed((i, _, size) => i >= size - (size % 8)),
  },
  {
    name: 'last-column',
    passes: ['backpropInput'],
    wrong: 'the last column of dX is zero when its width is even and the stride 2',
    mistake: zeroed(
      (i, {inWidth, inChannels, strideWidth}) =>
        strideWidth === 2 && inWidth % 2 === 0 && Math.floor(i / inChannels) % inWidth === inWidth - 1,
    ),
  },
  {
    name: 'gaps-unwritten',
    passes: ['backpropInput'],
    wrong: 'rows of dX that no window reads are left as they were in the buffer',
    mistake: unwritten((i, {inHeight, inWidth, inChannels, padTop, strideHeight, filterHeight, dilationHeight}) => {
      const row = Math.floor(i / (inWidth * inChannels)) % inHeight;
      return isGap(row, padTop, strideHeight, filterHeight, dilationHeight);
    }),
  },
];
