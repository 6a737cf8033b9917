import {sumWork} from '../engine/work.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {flopsOf, sizeOf} from '../geometry/pass.js';
import type {Algorithm} from './algorithm.js';
import {im2col} from './im2col.js';
import {isInProportion} from './windows/spread.js';

/**
 * The textbook identity for dX: the 'full' convolution of the dilated dy with the filter flipped by 180°.
 *
 *     1. Spread dy: stride − 1 zeros between its pixels and a border of (k − 1)·dilation − pad before, as much as is needed after.
 *        The result has H + (kh − 1)·dh rows and W + (kw − 1)·dw columns.
 *     2. Flip the filter by 180° and swap its channels: flipped[i, j, f, c] = filter[kh − 1 − i, kw − 1 − j, c, f].
 *     3. Convolve the two forward, with stride 1, the same dilation and no padding. The result is exactly dx: [N, H, W, C].
 *
 * The inserted zeros cost stride² times the arithmetic, and meet an Inf or NaN of the filter as 0·Inf = NaN.
 */
export const transposed: Algorithm = {
  name: 'transposed',
  title: 'Transposed convolution (full convolution with the flipped filter)',
  source: 'https://arxiv.org/abs/1603.07285',
  integerHeadroom: 1,
  footprint: 'padded',
  supports(info, pass) {
    if (pass !== 'backpropInput') return 'it computes dX only';
    if (info.kind !== 'dense') return 'it is built on im2col, which computes dense convolutions only';
    const full = fullConvolution(info);
    return isInProportion(sizeOf(full, 'x'), flopsOf(full) / 2 / full.outChannels);
  },
  cost(info) {
    const full = fullConvolution(info);
    const inner = im2col.cost(full, 'forward');
    const inserted = sizeOf(full, 'x') + sizeOf(full, 'filter');
    return {
      flops: flopsOf(full),
      bytes: inner.bytes + 4 * (inserted + sizeOf(info, 'dy') + sizeOf(info, 'filter')),
      workspaceBytes: inner.workspaceBytes + 4 * inserted,
      work: sumWork(inner.work ?? {}, {scalar: 2 * inserted}),
    };
  },

  backpropInput(info, dy, filter, dx, engine) {
    const full = fullConvolution(info);
    im2col.forward?.(full, insertZeros(info, full, dy), flipFilter(info, filter), dx, engine);
  },
};

/** The stride-1 forward convolution whose output is dx. */
function fullConvolution(info: Conv2DInfo): Conv2DInfo {
  return {
    ...info,
    inHeight: info.inHeight + (info.filterHeight - 1) * info.dilationHeight,
    inWidth: info.inWidth + (info.filterWidth - 1) * info.dilationWidth,
    inChannels: info.outChannels,
    outHeight: info.inHeight,
    outWidth: info.inWidth,
    outChannels: info.inChannels,
    strideHeight: 1,
    strideWidth: 1,
    padTop: 0,
    padLeft: 0,
  };
}

function insertZeros(info: Conv2DInfo, full: Conv2DInfo, dy: Float32Array): Float32Array {
  const {outHeight, outWidth, outChannels: F} = info;
  const result = new Float32Array(sizeOf(full, 'x'));
  const top = (info.filterHeight - 1) * info.dilationHeight - info.padTop;
  const left = (info.filterWidth - 1) * info.dilationWidth - info.padLeft;
  for (let n = 0; n < info.batch; n++) {
    for (let oh = 0; oh < outHeight; oh++) {
      const h = top + oh * info.strideHeight;
      if (h < 0 || h >= full.inHeight) continue; // the window of this pixel lies in the padding alone
      for (let ow = 0; ow < outWidth; ow++) {
        const w = left + ow * info.strideWidth;
        if (w < 0 || w >= full.inWidth) continue;
        const from = ((n * outHeight + oh) * outWidth + ow) * F;
        const to = ((n * full.inHeight + h) * full.inWidth + w) * F;
        for (let f = 0; f < F; f++) result[to + f] = dy[from + f];
      }
    }
  }
  return result;
}

function flipFilter(info: Conv2DInfo, filter: Float32Array): Float32Array {
  const {inChannels: C, outChannels: F} = info;
  const taps = info.filterHeight * info.filterWidth;
  const result = new Float32Array(filter.length);
  for (let tap = 0; tap < taps; tap++) {
    const flipped = taps - 1 - tap; // reversing the flat tap index flips both axes
    for (let c = 0; c < C; c++) {
      for (let f = 0; f < F; f++) result[(flipped * F + f) * C + c] = filter[(tap * C + c) * F + f];
    }
  }
  return result;
}
