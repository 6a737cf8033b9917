import type {FourierSide} from '../../engine/spectrum.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {type Pass, passTensors, sizeOf} from '../../geometry/pass.js';
import type {Bound} from '../algorithm.js';
import {tilesOf} from './fourierSide.js';
import type {Pair} from './tileTransform.js';

/**
 * How far results may be off, unless something underflows: γ(n) times Σ |tile| · |filter| over the summed channels or tiles. |·|
 * is the Euclidean norm. u is the unit roundoff.
 *
 * Each level of a transform adds, which costs u. All levels but two for each axis also multiply by roots of unity. That costs
 * less than 3u: √5·u for the product and u/√2 for the root. Levels are multiples of unitary matrices, so a spectrum is off by at
 * most γ(r) of its norm. r is the sum of these costs over all levels.
 *
 * A product of spectra consists of sums of K terms in three parts. In (re, im), re passes K + 1 roundings of at most |X||Y|. im
 * passes K + 4 roundings of at most 3|X||Y|. So the product is off by γ(√10·(K + 4))·Σ|X||Y|.
 *
 * An element of a tile is the mean of such numbers times roots of unity, and each passes r roundings. The mean of |X||Y| over a
 * spectrum is at most |tile| · |filter|, by Cauchy–Schwarz and Parseval. In total, n = 3r + √10·(K + 4).
 *
 * Source: C. Percival, Rapid multiplication modulo the sum and difference of highly composite numbers (2003), theorem 5.1; R.
 * Brent, C. Percival and P. Zimmermann, Error bounds on complex floating-point multiplication (2007).
 */
export function fourierBound(side: FourierSide, info: Conv2DInfo, pass: Pass, a: Float32Array, b: Float32Array): Bound {
  const levels = Math.log2(side);
  const roundings = 2 * (levels + 3 * (levels - 2));
  const tiles = tilesOf(side, info, pass);
  // The sums of blocks are added up, so a term may pass one more rounding.
  const terms = {forward: info.inChannels, backpropInput: info.outChannels, backpropFilter: tiles + 1}[pass];
  const magnitudes = new Float64Array(sizeOf(info, passTensors[pass].output));
  (pass === 'backpropFilter' ? ofFilter : ofImage)(side, info, pass, a, b, magnitudes);
  return {terms: 3 * roundings + Math.ceil(Math.sqrt(10) * (terms + 4)), magnitudes};
}

type Fill = (
  side: FourierSide,
  info: Conv2DInfo,
  pass: Pass,
  a: Float32Array,
  b: Float32Array,
  magnitudes: Float64Array,
) => void;

/** For y or dx. All elements of a tile have the same magnitude. */
const ofImage: Fill = (side, info, pass, source, filter, magnitudes) => {
  const isForward = pass === 'forward';
  const [C, F] = isForward ? [info.inChannels, info.outChannels] : [info.outChannels, info.inChannels];
  const [from, to] = isForward ? [inputOf(info), outputOf(info)] : [outputOf(info), inputOf(info)];
  const [padTop, padLeft] = isForward
    ? [info.padTop, info.padLeft]
    : [info.filterHeight - 1 - info.padTop, info.filterWidth - 1 - info.padLeft];
  const norms = filterNorms(filter, info.inChannels * info.outChannels);
  const [tileRows, tileColumns] = sizeOfTiles(side, info);
  const [pixels, perTile] = [new Float64Array(C), new Float64Array(F)];
  for (let n = 0; n < info.batch; n++) {
    for (let row = 0; row < to[0]; row += tileRows) {
      for (let column = 0; column < to[1]; column += tileColumns) {
        tileNorms(source, n, from, C, [row - padTop, column - padLeft], [side, side], pixels);
        for (let f = 0; f < F; f++) {
          perTile[f] = 0;
          for (let c = 0; c < C; c++) perTile[f] += pixels[c] * norms[isForward ? c * F + f : f * C + c];
        }
        for (let i = row; i < Math.min(to[0], row + tileRows); i++) {
          for (let j = column; j < Math.min(to[1], column + tileColumns); j++) {
            magnitudes.set(perTile, ((n * to[0] + i) * to[1] + j) * F);
          }
        }
      }
    }
  }
};

/** For dFilter. All taps have the same magnitude. */
const ofFilter: Fill = (side, info, _pass, x, dy, magnitudes) => {
  const {inChannels: C, outChannels: F, padTop, padLeft} = info;
  const [from, to, size] = [inputOf(info), outputOf(info), sizeOfTiles(side, info)];
  const [pixels, errors] = [new Float64Array(C), new Float64Array(F)];
  for (let n = 0; n < info.batch; n++) {
    for (let row = 0; row < to[0]; row += size[0]) {
      for (let column = 0; column < to[1]; column += size[1]) {
        tileNorms(x, n, from, C, [row - padTop, column - padLeft], [side, side], pixels);
        tileNorms(dy, n, to, F, [row, column], size, errors);
        for (let c = 0; c < C; c++) for (let f = 0; f < F; f++) magnitudes[c * F + f] += pixels[c] * errors[f];
      }
    }
  }
  for (let at = C * F; at < magnitudes.length; at += C * F) magnitudes.copyWithin(at, 0, C * F);
};

function inputOf({inHeight, inWidth}: Conv2DInfo): Pair {
  return [inHeight, inWidth];
}

function outputOf({outHeight, outWidth}: Conv2DInfo): Pair {
  return [outHeight, outWidth];
}

function sizeOfTiles(side: FourierSide, {filterHeight, filterWidth}: Conv2DInfo): Pair {
  return [side - filterHeight + 1, side - filterWidth + 1];
}

/** The norm of the filter's taps [kh, kw] for each pair of channels. */
function filterNorms(filter: Float32Array, pairs: number): Float64Array {
  const squares = new Float64Array(pairs);
  for (let i = 0; i < filter.length; i++) squares[i % pairs] += filter[i] ** 2;
  return squares.map(Math.sqrt);
}

/** The norm of a tile's pixels inside the image, for each channel. */
function tileNorms(
  images: Float32Array,
  n: number,
  [height, width]: Pair,
  channels: number,
  [top, left]: Pair,
  [rows, columns]: Pair,
  into: Float64Array,
): void {
  into.fill(0);
  for (let i = Math.max(0, top); i < Math.min(height, top + rows); i++) {
    for (let j = Math.max(0, left); j < Math.min(width, left + columns); j++) {
      const at = ((n * height + i) * width + j) * channels;
      for (let c = 0; c < channels; c++) into[c] += images[at + c] ** 2;
    }
  }
  for (let c = 0; c < channels; c++) into[c] = Math.sqrt(into[c]);
}
