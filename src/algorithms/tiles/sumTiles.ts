import {arrayBytes, type Engine} from '../../engine/engine.js';
import {steps} from '../../engine/steps.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {copyRegions} from '../windows/region.js';
import {type SlicedParts, slicesOf} from '../windows/slices.js';
import {gridOf} from './grid.js';
import {cutPlanes, planes, planesBytes} from './planes.js';
import type {Turning} from './turning.js';

/** dFilter = gradients(Σ inputs(x) ⊙ errors(dy)) over all tiles of dy, block by block in their order. */
export function sumTiles(
  turning: Turning,
  info: Conv2DInfo,
  x: Float32Array,
  dy: Float32Array,
  dFilter: Float32Array,
  engine: Engine,
  parts: SlicedParts,
): void {
  const {batch, inHeight, inWidth, inChannels: C, outHeight, outWidth, outChannels: F, padTop, padLeft} = info;
  const {size, more, planes: count, filterBytes, blockBytes} = turning;
  const none = [0, 0] as const;
  const layout = {count, together: turning.together};
  const sumsLayout = {count, together: false};
  const slices = slicesOf(count * C, F, filterBytes);
  const wide = slices[0].columns;
  if (slices.length > 1 && parts.slices) parts.slices.hits++;
  const grid = gridOf([batch, outHeight, outWidth], size, count * (C + wide), blockBytes, parts);
  const {blocks, most, columns} = grid;
  const bytes =
    4 * (dFilter.length + 2 * C + grid.floatsOf(more, C) + grid.floatsOf(none, F) + 2 * most) +
    engine.packedPlanesBytes(count, most, wide) +
    planesBytes(layout, most, C) +
    planesBytes(sumsLayout, C, wide);
  engine.within(bytes + 7 * arrayBytes, (arena) => {
    const dyPlanes = engine.reservePlanes(arena, count, most, wide);
    const [near, errors] = [arena.floats(grid.floatsOf(more, C)), arena.floats(grid.floatsOf(none, F))];
    const [allInputs, sums] = [planes(arena, layout, most, C), planes(arena, sumsLayout, C, wide)];
    const [inPlaces, errorPlaces] = [arena.integers(most), arena.integers(most)];
    const [offsets, weights, out] = [steps(arena, C, 4), steps(arena, C, 4 * F), arena.floats(dFilter.length)];
    for (const {first, columns: lanes} of slices) {
      for (const block of blocks) {
        const [region, under] = [grid.region(block, padTop, padLeft, more), grid.region(block, 0, 0, none)];
        copyRegions(x, [inHeight, inWidth, C], block.image, block.images, region, near);
        copyRegions(dy, [outHeight, outWidth, F], block.image, block.images, under, errors);
        const tiles = grid.place(block, more, C, inPlaces);
        grid.place(block, none, F, errorPlaces);
        const inputs = cutPlanes(allInputs, tiles);
        const pixels = {rowStep: 4 * C * region.columns, columnStep: 4 * C, lanes: C};
        // One block has the same for all slices.
        if (first === 0 || blocks.length > 1)
          turning.inputs(engine, {source: near, tiles: inPlaces.subarray(0, tiles), ...pixels}, inputs);
        const slice = {rowStep: 4 * F * columns * size[1], columnStep: 4 * F, lanes};
        const from = {source: errors.subarray(first), tiles: errorPlaces.subarray(0, tiles), ...slice};
        const packed = turning.errors(engine, from, dyPlanes);
        const accumulate = block !== blocks[0];
        engine.outerPlanes({source: inputs, columns: offsets, b: packed, out: sums, accumulate});
      }
      const steps = {outRowStep: 4 * (more[1] + 1) * C * F, outColumnStep: 4 * C * F, lanes};
      turning.gradients(engine, sums, {out: out.subarray(first), outs: weights, ...steps});
    }
    dFilter.set(out);
  });
}
