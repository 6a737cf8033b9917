import {arrayBytes, type Engine, type Epilogue} from '../../engine/engine.js';
import type {Block} from '../windows/blocks.js';
import {inArena} from '../windows/inArena.js';
import {copyRegions} from '../windows/region.js';
import {type SlicedParts, slicesOf} from '../windows/slices.js';
import {gridOf} from './grid.js';
import {cutPlanes, planes, planesBytes} from './planes.js';
import {filterBytesOf, type TileFilter, turnedFilter} from './turnedFilter.js';
import type {Turning} from './turning.js';

/** A convolution with stride 1 of a source [N, height, width, C] to an output [N, outHeight, outWidth, F]. */
export interface TileConvolution extends TileFilter {
  batch: number;
  source: Float32Array;
  height: number;
  width: number;
  out: Float32Array;
  outHeight: number;
  outWidth: number;
  padTop: number;
  padLeft: number;
  epilogue?: Epilogue | undefined;
}

/** out = outputs(Σ_c filters(filter) ⊙ inputs(source)). */
export function convolveTiles(turning: Turning, work: TileConvolution, engine: Engine, parts: SlicedParts): void {
  const {batch, source, height, width, C, outHeight, outWidth, F, padTop, padLeft} = work;
  const {size, more, planes: count, filterBytes, blockBytes} = turning;
  const none = [0, 0] as const;
  const layout = {count, together: turning.together};
  const slices = slicesOf(count * C, F, filterBytes);
  const wide = slices[0].columns;
  if (slices.length > 1 && parts.slices) parts.slices.hits++;
  const grid = gridOf([batch, outHeight, outWidth], size, count * (C + wide), blockBytes, parts);
  const {blocks, most, columns} = grid;
  const bytes =
    4 * (grid.floatsOf(more, C) + grid.floatsOf(none, F) + 2 * most + 2 + 2 * F) +
    filterBytesOf(turning, work, slices, engine) +
    planesBytes(layout, most, C) +
    planesBytes(layout, most, wide);
  engine.within(bytes + 7 * arrayBytes, (arena) => {
    const weightsOf = turnedFilter(turning, work, slices, engine, arena);
    const [near, out] = [arena.floats(grid.floatsOf(more, C)), arena.floats(grid.floatsOf(none, F))];
    const [allInputs, allProducts] = [planes(arena, layout, most, C), planes(arena, layout, most, wide)];
    const [inPlaces, outPlaces] = [arena.integers(most), arena.integers(most)];
    const runs = arena.integers(2);
    runs.set([0, C]);
    const last = work.epilogue && inArena(arena, work.epilogue);
    for (const block of blocks) {
      const region = grid.region(block, padTop, padLeft, more);
      copyRegions(source, [height, width, C], block.image, block.images, region, near);
      const tiles = grid.place(block, more, C, inPlaces);
      grid.place(block, none, F, outPlaces);
      const inputs = cutPlanes(allInputs, tiles);
      const pixels = {rowStep: 4 * C * region.columns, columnStep: 4 * C, lanes: C};
      turning.inputs(engine, {source: near, tiles: inPlaces.subarray(0, tiles), ...pixels}, inputs);
      for (const slice of slices) {
        const weights = weightsOf(slice);
        const products = cutPlanes(allProducts, tiles);
        engine.gatherPlanes({source: inputs, columns: runs, b: weights, out: products});
        const steps = {outRowStep: 4 * F * columns * size[1], outColumnStep: 4 * F, lanes: slice.columns};
        const outs = outPlaces.subarray(0, tiles);
        turning.outputs(engine, products, {out: out.subarray(slice.first), outs, ...steps});
      }
      if (last) engine.finish(out, tiles * size[0] * size[1], F, last);
      copyOut(work, block, size[0], columns * size[1], out);
    }
  });
}

/** Copies what the tiles of a block, which are so many pixels high and in a row so many wide, hold of the output: the last ones hang over. */
function copyOut(
  {out, outHeight, outWidth, F}: TileConvolution,
  {image, images, row, rows}: Block,
  high: number,
  wide: number,
  from: Float32Array,
): void {
  const lines = Math.min(rows * high, outHeight - row * high);
  // Without tiles that hang over on the right, lines follow on one another.
  const together = wide === outWidth ? lines : 1;
  for (let n = 0; n < images; n++) {
    for (let line = 0; line < lines; line += together) {
      const at = (n * rows * high + line) * wide * F;
      const to = ((image + n) * outHeight + row * high + line) * outWidth * F;
      out.set(from.subarray(at, at + together * outWidth * F), to);
    }
  }
}
