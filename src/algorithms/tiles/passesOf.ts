import type {Epilogue, Stacked} from '../../engine/engine.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {Pass} from '../../geometry/pass.js';
import type {Algorithm} from '../algorithm.js';
import type {SlicedParts} from '../windows/slices.js';
import {convolveTiles} from './convolveTiles.js';
import {sumTiles} from './sumTiles.js';
import type {Turning} from './turning.js';

export type TilePasses = Required<Pick<Algorithm, 'fuses' | Pass>>;

/** The passes in tiles. dX is the same convolution of dy, its filter turned by 180° with its channels swapped. */
export function passesOf(turningOf: (info: Conv2DInfo, pass: Pass) => Turning, parts: SlicedParts): TilePasses {
  return {
    fuses: true,

    forward(info, x, filter, y, engine, epilogue?: Epilogue) {
      const {batch, padTop, padLeft, outHeight, outWidth} = info;
      const [C, F] = [info.inChannels, info.outChannels];
      const work = {
        ...{batch, padTop, padLeft, outHeight, outWidth, epilogue},
        ...{source: x, height: info.inHeight, width: info.inWidth, C},
        ...{out: y, F},
        filter: taps(filter, C * F, {rowStride: F, columnStride: 1, rows: C}),
      };
      convolveTiles(turningOf(info, 'forward'), work, engine, parts);
    },

    backpropInput(info, dy, filter, dx, engine) {
      const [C, F] = [info.outChannels, info.inChannels];
      const work = {
        ...{
          batch: info.batch,
          padTop: info.filterHeight - 1 - info.padTop,
          padLeft: info.filterWidth - 1 - info.padLeft,
        },
        ...{source: dy, height: info.outHeight, width: info.outWidth, C},
        ...{out: dx, outHeight: info.inHeight, outWidth: info.inWidth, F},
        filter: taps(filter, C * F, {rowStride: 1, columnStride: C, rows: C}).reverse(),
      };
      convolveTiles(turningOf(info, 'backpropInput'), work, engine, parts);
    },

    backpropFilter(info, x, dy, dFilter, engine) {
      sumTiles(turningOf(info, 'backpropFilter'), info, x, dy, dFilter, engine, parts);
    },
  };
}

/** The matrices of a filter, of so many elements each. */
function taps(filter: Float32Array, size: number, matrix: Omit<Stacked, 'data' | 'offset'>): Stacked[] {
  return Array.from({length: filter.length / size}, (_, tap) => ({data: filter, offset: tap * size, ...matrix}));
}
