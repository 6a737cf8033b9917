import {type FourierSide, fourierSides, planeCount} from '../../engine/spectrum.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {Pass} from '../../geometry/pass.js';

/** The most taps along a side of a filter. */
export const maxTaps = Math.max(...fourierSides);

/**
 * The side of the tiles with the least work. Large tiles need fewer products for each pixel; small ones need fewer matrices for
 * the filter.
 */
export function sideOf(info: Conv2DInfo, pass: Pass): FourierSide {
  const able = fourierSides.filter((side) => side >= info.filterHeight && side >= info.filterWidth);
  const work = able.map((side) => workOf(side, info, pass));
  return able[work.indexOf(Math.min(...work))];
}

/** The number of tiles of the output, or for dFilter of dy. */
export function tilesOf(side: FourierSide, info: Conv2DInfo, pass: Pass): number {
  const [height, width] = pass === 'backpropInput' ? [info.inHeight, info.inWidth] : [info.outHeight, info.outWidth];
  const [rows, columns] = [side - info.filterHeight + 1, side - info.filterWidth + 1];
  return info.batch * Math.ceil(height / rows) * Math.ceil(width / columns);
}

/** The work in multiplications of a matrix product. */
function workOf(side: FourierSide, info: Conv2DInfo, pass: Pass): number {
  const [tiles, C, F] = [tilesOf(side, info, pass), info.inChannels, info.outChannels];
  return tiles * C * F * planeCount(side) + (tiles * (C + F) + C * F) * spectrumWork(side);
}

/** The work of transforming one lane of a tile, in multiplications of a matrix product that take as long. */
function spectrumWork(side: FourierSide): number {
  return 4 * side ** 2 * Math.log2(side);
}
