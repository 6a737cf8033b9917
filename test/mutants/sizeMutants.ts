import type {Conv2DInfo} from '../../src/geometry/conv2dInfo.js';
import {filterDepth} from '../../src/geometry/pass.js';
import {allPasses, eachTerm, geometry, gradients, type Mistake, type Mutant} from './mutant.js';

/** A product of the sum, by the indices of its factors and its result. */
interface ProductIndices {
  /** The image, the pixel of y counted over all images, and the tap. */
  n: number;
  pixel: number;
  tap: number;
  /** The input channel, and the output channel or multiplier. */
  c: number;
  f: number;
}

/** Leaves products out of problems for which `hasIt` holds. */
const without =
  (hasIt: (info: Conv2DInfo) => boolean, lost: (term: ProductIndices, info: Conv2DInfo) => boolean): Mistake =>
  (run) =>
  (call) => {
    const {info, pass} = call;
    if (!hasIt(info)) {
      run(call);
      return;
    }
    const {inChannels: C, outChannels: F, outHeight, outWidth} = info;
    const depth = filterDepth(info);
    const sums = new Float64Array(call.out.length);
    eachTerm(call, (out, a, b) => {
      const weight = pass === 'backpropFilter' ? out : b;
      const y = pass === 'forward' ? out : pass === 'backpropInput' ? a : b;
      const pixel = Math.floor(y / F);
      const term = {
        ...{n: Math.floor(pixel / (outHeight * outWidth)), pixel, tap: Math.floor(weight / (C * depth))},
        ...{c: Math.floor(weight / depth) % C, f: weight % depth},
      };
      if (!lost(term, info)) sums[out] += call.a[a] * call.b[b];
    });
    call.out.set(sums);
  };

const isDepthwise = ({kind}: Conv2DInfo) => kind === 'depthwise';

/** Gives each element only the products of the last window that reaches it. */
const assigned: Mistake = (run) => (call) => {
  const {strideHeight, strideWidth, filterHeight, filterWidth} = call.info;
  if (strideHeight < filterHeight || strideWidth < filterWidth) {
    run(call);
    return;
  }
  const windows = new Int32Array(call.out.length).fill(-1);
  call.out.fill(0);
  eachTerm(call, (out, a, b) => {
    const window = Math.floor(a / call.info.outChannels);
    if (windows[out] !== window) call.out[out] = 0;
    windows[out] = window;
    call.out[out] += call.a[a] * call.b[b];
  });
};

/** Mutants that take sizes for smaller ones, or assume that steps never meet. */
export const sizeMutants: readonly Mutant[] = [
  {
    name: 'strided-dx-assigned',
    passes: ['backpropInput'],
    wrong:
      'where the stride is no less than the kernel dX is assigned instead of added, although dilated windows overlap',
    mistake: assigned,
  },
  {
    name: 'pointwise-dfilter-unpadded',
    passes: ['backpropFilter'],
    wrong: 'dFilter of 1×1 without stride ignores the pads',
    mistake: (run) => (call) => {
      const {filterHeight, filterWidth, strideHeight, strideWidth} = call.info;
      const isPointwise = filterHeight * filterWidth * strideHeight * strideWidth === 1;
      (isPointwise ? geometry(() => ({padTop: 0, padLeft: 0}))(run) : run)(call);
    },
  },
  {
    name: 'multipliers-past-4',
    passes: allPasses,
    wrong: 'depthwise, multipliers past the fourth are left out',
    mistake: without(
      (info) => isDepthwise(info) && filterDepth(info) > 4,
      ({f}) => f >= 4,
    ),
  },
  {
    name: 'images-past-4',
    passes: allPasses,
    wrong: 'images past a multiple of 4 are left out',
    mistake: without(
      ({batch}) => batch > 4,
      ({n}, {batch}) => n >= batch - (batch % 4),
    ),
  },
  {
    name: 'taps-past-64',
    passes: allPasses,
    wrong: 'taps past the 64th are left out',
    mistake: without(
      ({filterHeight, filterWidth}) => filterHeight * filterWidth > 64,
      ({tap}) => tap >= 64,
    ),
  },
  {
    name: 'channels-in-8-bits',
    passes: gradients,
    wrong: 'depthwise, channels past the 256th are left out',
    mistake: without(
      (info) => isDepthwise(info) && info.inChannels > 256,
      ({c}) => c >= 256,
    ),
  },
  {
    name: 'filters-in-8-bits',
    passes: ['forward'],
    wrong: 'output channels past the 256th are left out where there are few input channels',
    mistake: without(
      ({inChannels, outChannels}) => inChannels < 4 && outChannels > 256,
      ({f}) => f >= 256,
    ),
  },
  {
    name: 'pixels-in-16-bits',
    passes: allPasses,
    wrong: 'pixels past the 65 536th are left out',
    mistake: without(
      ({batch, outHeight, outWidth}) => batch * outHeight * outWidth > 2 ** 16,
      ({pixel}) => pixel >= 2 ** 16,
    ),
  },
  {
    name: 'stride-in-5-bits',
    passes: allPasses,
    wrong: 'strides of 32 and more lose their higher bits',
    mistake: geometry(({strideHeight, strideWidth}) => ({
      strideHeight: strideHeight % 32 || strideHeight,
      strideWidth: strideWidth % 32 || strideWidth,
    })),
  },
  {
    name: 'dilation-in-8-bits',
    passes: allPasses,
    wrong: 'dilations of 256 and more lose their higher bits',
    mistake: geometry(({dilationHeight, dilationWidth}) => ({
      dilationHeight: dilationHeight % 256 || dilationHeight,
      dilationWidth: dilationWidth % 256 || dilationWidth,
    })),
  },
  {
    name: 'pad-in-5-bits',
    passes: ['backpropInput'],
    wrong: 'dX takes at most 31 rows of pad',
    mistake: geometry(({padTop}) => ({padTop: Math.min(padTop, 31)})),
  },
];
