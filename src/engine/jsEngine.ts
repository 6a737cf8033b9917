import type {Engine, WinogradTiles} from './engine.js';
import {dwconvCounters, jsDepthwise} from './jsDepthwise.js';
import {fourier, fourierCounters, fourierInverse, fourierPacked} from './jsFourier.js';
import {gemmCounters, jsGemm} from './jsGemm.js';
import {jsMemory} from './jsMemory.js';
import {tileTransformCounters, transformTiles, transformTilesPacked} from './jsTileTransform.js';
import {tileMatrix} from './tileMatrices.js';

/** The engine in plain JavaScript. It accumulates in double and rounds each element once. It runs wherever JavaScript runs. */
export const jsEngine: Engine = {
  name: 'js',
  counters: [...gemmCounters, ...dwconvCounters, ...tileTransformCounters, ...fourierCounters],
  memory: jsMemory,
  gemm: jsGemm,
  tiles: {transformTiles, transformTilesPacked, fourier, fourierPacked, fourierInverse},
  depthwise: jsDepthwise,
  threads: () => 1,
  threadsFor: () => 1,
  release() {},

  probe(iterations) {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = sums;
    for (let iteration = 0; iteration < iterations; iteration++) {
      s0 = s0 * 0.5 + 1;
      s1 = s1 * 0.5 + 1;
      s2 = s2 * 0.5 + 1;
      s3 = s3 * 0.5 + 1;
      s4 = s4 * 0.5 + 1;
      s5 = s5 * 0.5 + 1;
      s6 = s6 * 0.5 + 1;
      s7 = s7 * 0.5 + 1;
    }
    sums.set([s0, s1, s2, s3, s4, s5, s6, s7]); // without a use, compilers could drop the loop
    return iterations * 16;
  },
};

const sums = new Float64Array(8);

/**
 * The same engine with the absolute values of the matrices that transform tiles. On absolute values of the inputs, its result is
 * at least as large as any intermediate of the original computation. This bounds rounding.
 */
export const absoluteEngine: Engine = {
  ...jsEngine,
  tiles: {
    ...jsEngine.tiles,
    transformTiles: (work) => transformTiles(work, absolute(work)),
    transformTilesPacked: (work, room) => transformTilesPacked(work, room, absolute(work)),
  },
};

function absolute({matrix}: WinogradTiles): number[][] {
  return tileMatrix(matrix).map((row) => row.map(Math.abs));
}
