import {countHit} from '../../engine/coverageCounter.js';
import {arrayBytes, type Engine} from '../../engine/engine.js';
import {evenOffsets} from '../../engine/evenOffsets.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {filterSlicesOf, type SlicedCounters} from '../windows/filterSlices.js';
import {copyRegions} from '../windows/region.js';
import {allocateBatch, batchBytes, firstRows} from './matrixBatch.js';
import {tileGridOf} from './tileGrid.js';
import type {TileTransform} from './tileTransform.js';

/** dFilter = gradients(Σ inputs(x) ⊙ errors(dy)), summed over all tiles of dy, block by block in a fixed order. */
export function filterGradientTiles(
  transform: TileTransform,
  info: Conv2DInfo,
  x: Float32Array,
  dy: Float32Array,
  dFilter: Float32Array,
  engine: Engine,
  counters: SlicedCounters,
): void {
  const {batch, inHeight, inWidth, inChannels: C, outHeight, outWidth, outChannels: F, padTop, padLeft} = info;
  const {size, halo, matrixCount: count, filterBytes, blockBytes} = transform;
  const noHalo = [0, 0] as const;
  const layout = {count, interleaved: transform.interleaved};
  const sumsLayout = {count, interleaved: false};
  const slices = filterSlicesOf(count * C, F, filterBytes);
  const sliceWidth = slices[0].columns;
  if (slices.length > 1) countHit?.(counters.slices);
  const grid = tileGridOf([batch, outHeight, outWidth], size, count * (C + sliceWidth), blockBytes, counters);
  const {blocks, maxTiles, columns} = grid;
  const bytes =
    4 * (dFilter.length + 2 * C + grid.floatsOf(halo, C) + grid.floatsOf(noHalo, F) + 2 * maxTiles) +
    engine.memory.packedBatchBytes(count, maxTiles, sliceWidth) +
    batchBytes(layout, maxTiles, C) +
    batchBytes(sumsLayout, C, sliceWidth);
  engine.memory.withArena(bytes + 7 * arrayBytes, (arena) => {
    const dyMatrices = engine.memory.reservePackedBatch(arena, count, maxTiles, sliceWidth);
    const [inputPixels, dyPixels] = [arena.floats(grid.floatsOf(halo, C)), arena.floats(grid.floatsOf(noHalo, F))];
    const [inputMatrices, sums] = [
      allocateBatch(arena, layout, maxTiles, C),
      allocateBatch(arena, sumsLayout, C, sliceWidth),
    ];
    const [inputOffsets, dyOffsets] = [arena.integers(maxTiles), arena.integers(maxTiles)];
    const [rowOffsets, weightOffsets, out] = [
      evenOffsets(arena, C, 4),
      evenOffsets(arena, C, 4 * F),
      arena.floats(dFilter.length),
    ];
    for (const {first, columns: lanes} of slices) {
      for (const block of blocks) {
        const [region, under] = [grid.region(block, padTop, padLeft, halo), grid.region(block, 0, 0, noHalo)];
        copyRegions(x, [inHeight, inWidth, C], block.image, block.images, region, inputPixels);
        copyRegions(dy, [outHeight, outWidth, F], block.image, block.images, under, dyPixels);
        const tiles = grid.writeOffsets(block, halo, C, inputOffsets);
        grid.writeOffsets(block, noHalo, F, dyOffsets);
        const inputs = firstRows(inputMatrices, tiles);
        const pixels = {rowStep: 4 * C * region.columns, columnStep: 4 * C, lanes: C};
        // A single block has the same transformed inputs for all slices.
        if (first === 0 || blocks.length > 1)
          transform.transformInput(
            engine,
            {source: inputPixels, tileOffsets: inputOffsets.subarray(0, tiles), ...pixels},
            inputs,
          );
        const slice = {rowStep: 4 * F * columns * size[1], columnStep: 4 * F, lanes};
        const from = {source: dyPixels.subarray(first), tileOffsets: dyOffsets.subarray(0, tiles), ...slice};
        const packed = transform.transformOutputGradient(engine, from, dyMatrices);
        const accumulate = block !== blocks[0];
        engine.gemm.batchedGemmTransposed({source: inputs, columns: rowOffsets, b: packed, out: sums, accumulate});
      }
      const steps = {outRowStep: 4 * (halo[1] + 1) * C * F, outColumnStep: 4 * C * F, lanes};
      transform.transformFilterGradient(engine, sums, {out: out.subarray(first), outOffsets: weightOffsets, ...steps});
    }
    dFilter.set(out);
  });
}
