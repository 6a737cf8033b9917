import type {Epilogue} from '../../engine/engine.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {Pass} from '../../geometry/pass.js';
import type {Algorithm} from '../algorithm.js';
import {convolveTiles} from './convolveTiles.js';
import {sumTiles} from './sumTiles.js';
import type {TileParts} from './tileParts.js';
import type {Turning} from './turning.js';

export type TilePasses = Required<Pick<Algorithm, 'fuses' | Pass>>;

/** The passes in tiles. dX is the same convolution of dy, its filter turned by 180° with its channels swapped. */
export function passesOf(turningOf: (info: Conv2DInfo, pass: Pass) => Turning, parts: TileParts): TilePasses {
  return {
    fuses: true,

    forward(info, x, filter, y, engine, epilogue?: Epilogue) {
      const {batch, padTop, padLeft, outHeight, outWidth} = info;
      const [C, F] = [info.inChannels, info.outChannels];
      const work = {
        ...{batch, padTop, padLeft, outHeight, outWidth, epilogue},
        ...{source: x, height: info.inHeight, width: info.inWidth, C},
        ...{out: y, F},
        writeFilter: (into: Float32Array, pitch: number) => spread(filter, F, pitch, into),
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
        writeFilter: (into: Float32Array, pitch: number) => turn(filter, C, F, pitch, into),
      };
      convolveTiles(turningOf(info, 'backpropInput'), work, engine, parts);
    },

    backpropFilter(info, x, dy, dFilter, engine) {
      sumTiles(turningOf(info, 'backpropFilter'), info, x, dy, dFilter, engine, parts);
    },
  };
}

/** Copies rows of F floats. */
function spread(rows: Float32Array, F: number, pitch: number, into: Float32Array): void {
  if (pitch === F) into.set(rows);
  else
    for (let from = 0, to = 0; from < rows.length; from += F, to += pitch) into.set(rows.subarray(from, from + F), to);
}

/** Channels that are copied side by side: as many lines of a cache are written to at a time. */
const strip = 16;

/** [kh, kw, F, C] turned by 180°, as [kh, kw, C, F]. */
function turn(filter: Float32Array, C: number, F: number, pitch: number, into: Float32Array): void {
  const taps = filter.length / (C * F);
  for (let tap = 0; tap < taps; tap++) {
    const [from, to] = [(taps - 1 - tap) * C * F, tap * C * pitch];
    for (let first = 0; first < C; first += strip) {
      const end = Math.min(C, first + strip);
      for (let f = 0; f < F; f++) for (let c = first; c < end; c++) into[to + c * pitch + f] = filter[from + f * C + c];
    }
  }
}
