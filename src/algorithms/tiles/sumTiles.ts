import {arrayBytes, type Engine} from '../../engine/engine.js';
import {steps} from '../../engine/steps.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {BlockParts} from '../windows/cut.js';
import {copyRegions} from '../windows/region.js';
import {gridOf} from './grid.js';
import {blockBytes, planes, planesBytes} from './planes.js';

/** dFilter = Gᵀ[Σ (Bᵀ·x·B) ⊙ (A·dy·Aᵀ)]G over all tiles, in tiles of m×m of dy, block by block in their order. */
export function sumTiles(
  m: 2 | 4,
  info: Conv2DInfo,
  x: Float32Array,
  dy: Float32Array,
  dFilter: Float32Array,
  engine: Engine,
  parts: BlockParts,
): void {
  const {batch, inHeight, inWidth, inChannels: C, outHeight, outWidth, outChannels: F, padTop, padLeft} = info;
  const side = m + 2;
  const grid = gridOf([batch, outHeight, outWidth], m, side * side * (C + F), blockBytes(side, C, F), parts);
  const {blocks, most, columns} = grid;
  const bytes =
    4 * (9 * C * F + 3 * C + grid.floatsOf(2, C) + grid.floatsOf(0, F) + 3 * most) +
    side * side * engine.packedBytes(most, F) +
    planesBytes(side, most, C) +
    planesBytes(side, C, F);
  engine.within(bytes + 12 * arrayBytes, (arena) => {
    const rooms = Array.from({length: side * side}, () => engine.reserve(arena, most, F));
    const [near, errors] = [arena.floats(grid.floatsOf(2, C)), arena.floats(grid.floatsOf(0, F))];
    const [inputs, sums] = [planes(arena, side, most, C), planes(arena, side, C, F)];
    const [inPlaces, errorPlaces] = [arena.integers(most), arena.integers(most)];
    const [rows, offsets, weights] = [steps(arena, most, 4 * C), steps(arena, C, 4), steps(arena, C, 4 * F)];
    for (const block of blocks) {
      copyRegions(x, [inHeight, inWidth, C], block.image, block.images, grid.region(block, padTop, padLeft, 2), near);
      copyRegions(dy, [outHeight, outWidth, F], block.image, block.images, grid.region(block, 0, 0, 0), errors);
      const count = grid.place(block, 2, C, inPlaces);
      grid.place(block, 0, F, errorPlaces);
      const pixels = rows.subarray(0, count);
      engine.transform({
        ...{matrix: `inputTiles${m}`, source: near, tiles: inPlaces.subarray(0, count), lanes: C},
        ...{rowStep: 4 * C * (columns * m + 2), columnStep: 4 * C},
        ...{out: inputs.all, outs: pixels, outRowStep: inputs.rowStep, outColumnStep: inputs.columnStep},
      });
      const packed = engine.transformPacked(
        {
          ...{matrix: `errorTiles${m}`, source: errors, tiles: errorPlaces.subarray(0, count), lanes: F},
          ...{rowStep: 4 * F * columns * m, columnStep: 4 * F},
        },
        rooms,
      );
      const accumulate = block !== blocks[0];
      engine.outer(
        ...packed.map((b, i) => ({source: inputs.each[i], offsets, pixels, b, out: sums.each[i], accumulate})),
      );
    }
    const out = arena.floats(9 * C * F);
    engine.transform({
      ...{matrix: `gradientTiles${m}`, source: sums.all, tiles: weights, lanes: F},
      ...{rowStep: sums.rowStep, columnStep: sums.columnStep},
      ...{out, outs: weights, outRowStep: 12 * C * F, outColumnStep: 4 * C * F},
    });
    dFilter.set(out);
  });
}
