import {countHit} from '../../engine/coverageCounter.js';
import {arrayBytes, type Engine, type Epilogue} from '../../engine/engine.js';
import type {ImageBlock} from '../windows/blocks.js';
import {epilogueInArena} from '../windows/epilogueInArena.js';
import {filterSlicesOf, type SlicedCounters} from '../windows/filterSlices.js';
import {copyRegions} from '../windows/region.js';
import {allocateBatch, batchBytes, firstRows} from './matrixBatch.js';
import {tileGridOf} from './tileGrid.js';
import type {TileTransform} from './tileTransform.js';
import {filterBytesOf, type TileFilter, transformedFilter} from './transformedFilter.js';

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
export function convolveTiles(
  transform: TileTransform,
  work: TileConvolution,
  engine: Engine,
  counters: SlicedCounters,
): void {
  const {batch, source, height, width, C, outHeight, outWidth, F, padTop, padLeft} = work;
  const {size, halo, matrixCount: count, filterBytes, blockBytes} = transform;
  const noHalo = [0, 0] as const;
  const layout = {count, interleaved: transform.interleaved};
  const slices = filterSlicesOf(count * C, F, filterBytes);
  const sliceWidth = slices[0].columns;
  if (slices.length > 1) countHit?.(counters.slices);
  const grid = tileGridOf([batch, outHeight, outWidth], size, count * (C + sliceWidth), blockBytes, counters);
  const {blocks, maxTiles, columns} = grid;
  const bytes =
    4 * (grid.floatsOf(halo, C) + grid.floatsOf(noHalo, F) + 2 * maxTiles + 2 + 2 * F) +
    filterBytesOf(transform, work, slices, engine) +
    batchBytes(layout, maxTiles, C) +
    batchBytes(layout, maxTiles, sliceWidth);
  engine.memory.withArena(bytes + 7 * arrayBytes, (arena) => {
    const weightsOf = transformedFilter(transform, work, slices, engine, arena);
    const [inputPixels, out] = [arena.floats(grid.floatsOf(halo, C)), arena.floats(grid.floatsOf(noHalo, F))];
    const [inputMatrices, productMatrices] = [
      allocateBatch(arena, layout, maxTiles, C),
      allocateBatch(arena, layout, maxTiles, sliceWidth),
    ];
    const [inputOffsets, outputOffsets] = [arena.integers(maxTiles), arena.integers(maxTiles)];
    const segments = arena.integers(2);
    segments.set([0, C]);
    const ownEpilogue = work.epilogue && epilogueInArena(arena, work.epilogue);
    for (const block of blocks) {
      const region = grid.region(block, padTop, padLeft, halo);
      copyRegions(source, [height, width, C], block.image, block.images, region, inputPixels);
      const tiles = grid.writeOffsets(block, halo, C, inputOffsets);
      grid.writeOffsets(block, noHalo, F, outputOffsets);
      const inputs = firstRows(inputMatrices, tiles);
      const pixels = {rowStep: 4 * C * region.columns, columnStep: 4 * C, lanes: C};
      transform.transformInput(
        engine,
        {source: inputPixels, tileOffsets: inputOffsets.subarray(0, tiles), ...pixels},
        inputs,
      );
      for (const slice of slices) {
        const weights = weightsOf(slice);
        const products = firstRows(productMatrices, tiles);
        engine.gemm.batchedGemm({source: inputs, columns: segments, b: weights, out: products});
        const steps = {outRowStep: 4 * F * columns * size[1], outColumnStep: 4 * F, lanes: slice.columns};
        const outOffsets = outputOffsets.subarray(0, tiles);
        transform.transformOutput(engine, products, {out: out.subarray(slice.first), outOffsets, ...steps});
      }
      if (ownEpilogue) engine.depthwise.applyEpilogue(out, tiles * size[0] * size[1], F, ownEpilogue);
      copyOut(work, block, size[0], columns * size[1], out);
    }
  });
}

/**
 * Copies the output pixels of a block's tiles to the output. Tiles are `high` pixels high, and a row of tiles is `wide` pixels
 * wide. The last tiles may extend beyond the output.
 */
function copyOut(
  {out, outHeight, outWidth, F}: TileConvolution,
  {image, images, row, rows}: ImageBlock,
  high: number,
  wide: number,
  from: Float32Array,
): void {
  const lines = Math.min(rows * high, outHeight - row * high);
  // If no tile extends beyond the right edge, lines are adjacent.
  const together = wide === outWidth ? lines : 1;
  for (let n = 0; n < images; n++) {
    for (let line = 0; line < lines; line += together) {
      const at = (n * rows * high + line) * wide * F;
      const to = ((image + n) * outHeight + row * high + line) * outWidth * F;
      out.set(from.subarray(at, at + together * outWidth * F), to);
    }
  }
}
