import type {Epilogue, StackedMatrix} from '../../engine/engine.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {Pass} from '../../geometry/pass.js';
import type {Algorithm} from '../algorithm.js';
import type {SlicedCounters} from '../windows/filterSlices.js';
import {convolveTiles} from './convolveTiles.js';
import {filterGradientTiles} from './filterGradientTiles.js';
import type {TileTransform} from './tileTransform.js';

export type TilePasses = Required<Pick<Algorithm, 'fuses' | Pass>>;

/** The passes in tiles. dX is the same convolution of dy, with the filter flipped by 180° and its channels swapped. */
export function tilePassesOf(
  transformOf: (info: Conv2DInfo, pass: Pass) => TileTransform,
  counters: SlicedCounters,
): TilePasses {
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
      convolveTiles(transformOf(info, 'forward'), work, engine, counters);
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
      convolveTiles(transformOf(info, 'backpropInput'), work, engine, counters);
    },

    backpropFilter(info, x, dy, dFilter, engine) {
      filterGradientTiles(transformOf(info, 'backpropFilter'), info, x, dy, dFilter, engine, counters);
    },
  };
}

/** The matrices of a filter's taps. Each has `size` elements. */
function taps(filter: Float32Array, size: number, matrix: Omit<StackedMatrix, 'data' | 'offset'>): StackedMatrix[] {
  return Array.from({length: filter.length / size}, (_, tap) => ({data: filter, offset: tap * size, ...matrix}));
}
