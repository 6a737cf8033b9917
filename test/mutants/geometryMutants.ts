import type {Conv2DInfo} from '../../src/geometry/conv2dInfo.js';
import {allPasses, type ComputePass, geometry, gradients, type Mutant, result} from './mutant.js';

type AxisNames = 'Height' | 'Width';

/** The number of zeros after the input that the last window reaches; negative if a remainder stays unused. */
function padAfter(info: Conv2DInfo, axis: AxisNames): number {
  const span = (info[`filter${axis}`] - 1) * info[`dilation${axis}`] + 1;
  const before = axis === 'Height' ? info.padTop : info.padLeft;
  return (info[`out${axis}`] - 1) * info[`stride${axis}`] + span - info[`in${axis}`] - before;
}

const dilationIgnored = geometry(() => ({dilationHeight: 1, dilationWidth: 1}));

/**
 * Computes with floor((h + pt − i·dh) / sh), without a test for a remainder. The result is the sum over every shift that a remainder could
 * be.
 */
const withoutDivisibility =
  (run: ComputePass): ComputePass =>
  (call) => {
    const {info, out} = call;
    const part = new Float32Array(out.length);
    const sum = new Float64Array(out.length);
    for (let row = 0; row < info.strideHeight; row++) {
      for (let column = 0; column < info.strideWidth; column++) {
        run({...call, info: {...info, padTop: info.padTop - row, padLeft: info.padLeft - column}, out: part});
        part.forEach((value, i) => {
          sum[i] += value;
        });
      }
    }
    out.set(sum);
  };

/** Mutants that read the geometry wrongly: pads, strides, dilations, windows. */
export const geometryMutants: readonly Mutant[] = [
  {
    name: 'pads-swapped',
    passes: allPasses,
    wrong: 'an uneven SAME pad puts the odd zero before instead of behind',
    mistake: geometry((info) => ({
      padTop: Math.max(info.padTop, padAfter(info, 'Height')),
      padLeft: Math.max(info.padLeft, padAfter(info, 'Width')),
    })),
  },
  {
    name: 'half-pad',
    passes: ['backpropInput'],
    wrong: 'dX assumes the pad to be (k − 1) / 2, rounded down',
    mistake: geometry((info) => ({padTop: (info.filterHeight - 1) >> 1, padLeft: (info.filterWidth - 1) >> 1})),
  },
  {
    name: 'pad-ignored',
    passes: ['backpropFilter'],
    wrong: 'dFilter knows no pad',
    mistake: geometry(() => ({padTop: 0, padLeft: 0})),
  },
  {
    name: 'pad-axes-swapped',
    passes: allPasses,
    wrong: 'the pad above is taken for the pad at the left, and vice versa',
    mistake: geometry((info) => ({padTop: info.padLeft, padLeft: info.padTop})),
  },
  {
    name: 'stride-axes-swapped',
    passes: allPasses,
    wrong: 'the stride of the height is taken for the width, and vice versa',
    mistake: geometry((info) => ({strideHeight: info.strideWidth, strideWidth: info.strideHeight})),
  },
  {
    name: 'stride-height-for-both',
    passes: allPasses,
    wrong: 'the stride of the height serves the width as well',
    mistake: geometry((info) => ({strideWidth: info.strideHeight})),
  },
  {
    name: 'dilation-axes-swapped',
    passes: allPasses,
    wrong: 'the dilation of the height is taken for the width, and vice versa',
    mistake: geometry((info) => ({dilationHeight: info.dilationWidth, dilationWidth: info.dilationHeight})),
  },
  {
    name: 'stride-dilation-swapped',
    passes: gradients,
    wrong: 'strides are taken for dilations, and vice versa',
    mistake: geometry((info) => ({
      strideHeight: info.dilationHeight,
      strideWidth: info.dilationWidth,
      dilationHeight: info.strideHeight,
      dilationWidth: info.strideWidth,
    })),
  },
  {name: 'dilation-ignored-forward', passes: ['forward'], wrong: 'y is not dilated', mistake: dilationIgnored},
  {name: 'dilation-ignored-dx', passes: ['backpropInput'], wrong: 'dX is not dilated', mistake: dilationIgnored},
  {
    name: 'dilation-ignored-dfilter',
    passes: ['backpropFilter'],
    wrong: 'dFilter is not dilated',
    mistake: dilationIgnored,
  },
  {
    name: 'no-divisibility-test',
    passes: ['backpropInput'],
    wrong: 'dX rounds (h + pad − tap) / stride down where it is no whole number',
    mistake: withoutDivisibility,
  },
  {
    name: 'remainder-dropped-dx',
    passes: ['backpropInput'],
    wrong: 'dX ends where the last window would end without the stride’s remainder',
    mistake: result((out, {info}) => {
      const rows = (info.outHeight - 1) * info.strideHeight + 1;
      out.forEach((_, i) => {
        const row = Math.floor(i / (info.inWidth * info.inChannels)) % info.inHeight;
        if (info.strideHeight > 1 && row >= rows) out[i] = 0;
      });
    }),
  },
  {
    name: 'last-window-dropped-forward',
    passes: ['forward'],
    wrong: 'a window that reaches past the right border is left out',
    mistake: result((out, {info}) => {
      const F = info.outChannels;
      out.forEach((_, i) => {
        if (padAfter(info, 'Width') > 0 && Math.floor(i / F) % info.outWidth === info.outWidth - 1) out[i] = 0;
      });
    }),
  },
];
