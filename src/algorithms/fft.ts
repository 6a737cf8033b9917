import {type FourierSide, planeCount} from '../engine/spectrum.js';
import {
  fourierWork,
  type GemmShape,
  gemmWork,
  packedPaddedLanes,
  paddedLanes,
  sumWork,
  type Work,
} from '../engine/work.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {flopsOf, type Pass, sizeOf} from '../geometry/pass.js';
import type {Algorithm, Cost} from './algorithm.js';
import {fourierBound} from './tiles/fourierBound.js';
import {maxTaps, sideOf, tilesOf} from './tiles/fourierSide.js';
import {fourierBlockBytes, fourierTransform, maxBytes} from './tiles/fourierTransform.js';
import {level2CacheBytes} from './tiles/matrixBatch.js';
import {tilePassesOf} from './tiles/tilePasses.js';
import {makeSlicedCounters} from './windows/filterSlices.js';

const counters = makeSlicedCounters('fft');

/**
 * Dense convolutions with stride and dilation 1 as products of spectra, tile by tile. A tile has s×s pixels of the source, s = 8
 * or 16. It gives (s − kh + 1)·(s − kw + 1) pixels of the output. T tiles cover the batch. F is the two-dimensional Fourier
 * transform of real tiles. Filters are padded with zeros to s×s. g̃ is the filter flipped by 180°, and dỹ is dy flipped likewise.
 * ⊙ multiplies complex numbers with three real products each. Half of the numbers are enough, so there are P = 3s²/2 − 2 matrix
 * products:
 *
 *     forward         y       = F⁻¹[Σ_c F(x) ⊙ F(g̃)]       P times [T×C]·[C×F]
 *     backpropInput   dx      the same of dy, with the filter flipped by 180° and its channels swapped: P times [T×F]·[F×C]
 *     backpropFilter  dFilter = F⁻¹[Σ_tiles F(x) ⊙ F(dỹ)]  P times [C×T]·[T×F]
 *
 * A circular convolution of s×s equals the definition where it does not wrap around: in its last rows and columns. The border is
 * zeros, and so are missing pixels of the last tiles in a row or column. Tiles are processed in blocks and filters in slices, in
 * a fixed order, so the workspace is bounded. For each output pixel and pair of channels this takes P/((s − kh + 1)·(s − kw + 1))
 * multiplications instead of kh·kw: about 3 for 25 and 6 for 81. The transforms come on top. Roots of unity are not exact in
 * float32, so whole numbers do not stay exact. An Inf or NaN spreads over its tile.
 */
export const fft: Algorithm = {
  name: 'fft',
  title: 'Convolution by Fourier transforms of tiles',
  source: 'https://arxiv.org/abs/1809.07851',
  integerHeadroom: 0,
  footprint: 'tile',
  tile: (info, pass) => fourierTransform(sideOf(info, pass), info).size,
  counters: Object.values(counters),
  supports: whyNot,
  cost: costOf,
  errorBound: (info, pass, a, b) => fourierBound(sideOf(info, pass), info, pass, a, b),
  ...tilePassesOf((info, pass) => fourierTransform(sideOf(info, pass), info), counters),
};

function whyNot(info: Conv2DInfo): true | string {
  if (info.kind !== 'dense') return 'a depthwise convolution has no sum over channels, so there is no matrix product';
  if (info.filterHeight > maxTaps || info.filterWidth > maxTaps) {
    return `its tiles hold filters of up to ${maxTaps}×${maxTaps}`;
  }
  if (info.strideHeight > 1 || info.strideWidth > 1) return 'its tiles need stride 1';
  return (info.dilationHeight === 1 && info.dilationWidth === 1) || 'its tiles need dilation 1';
}

function costOf(info: Conv2DInfo, pass: Pass): Cost {
  const {inChannels: C, outChannels: F} = info;
  const side = sideOf(info, pass);
  const moved = planeCount(side) * (tilesOf(side, info, pass) * (C + F) + C * F);
  return {
    // The operations of the definition, which effective rates refer to. The algorithm does fewer, as above, and the transforms.
    flops: flopsOf(info),
    bytes: 4 * (sizeOf(info, 'x') + sizeOf(info, 'filter') + sizeOf(info, 'y') + 2 * moved),
    workspaceBytes:
      4 * sizeOf(info, 'filter') + Math.min(maxBytes, 4 * planeCount(side) * C * F) + 2 * fourierBlockBytes(side, info),
    work: workOf(side, info, pass),
  };
}

function workOf(side: FourierSide, info: Conv2DInfo, pass: Pass): Work {
  const {inChannels: C, outChannels: F} = info;
  const [P, tiles] = [planeCount(side), tilesOf(side, info, pass)];
  const [x, y, filter] = [sizeOf(info, 'x'), sizeOf(info, 'y'), sizeOf(info, 'filter')];
  const blocks = Math.ceil((4 * P * tiles * (C + F)) / fourierBlockBytes(side, info));
  // Spectra of filters beyond the size of a level-2 cache count twice.
  const far = 4 * P * C * F > level2CacheBytes ? 2 : 1;
  if (pass === 'backpropFilter') {
    const shape: GemmShape = {kind: 'igemmTransposed', rows: C, depth: tiles, columns: F};
    const transforms = fourierWork(side, tiles * (paddedLanes(C) + packedPaddedLanes(F)), far * C * paddedLanes(F));
    return sumWork(gemmWork(shape, P, blocks, blocks), transforms, {copied: 4 * (x + y + filter)});
  }
  const forward = pass === 'forward';
  const [from, to] = forward ? [C, F] : [F, C];
  return sumWork(
    gemmWork({kind: 'igemm', rows: tiles, depth: from, columns: to}, P, blocks, blocks),
    fourierWork(side, tiles * paddedLanes(from) + far * from * packedPaddedLanes(to), tiles * paddedLanes(to)),
    {copied: 4 * (x + y + (forward ? filter : 0)), packed: forward ? 0 : 4 * filter},
  );
}
