import {arrayBytes, type Engine, type Epilogue} from '../../engine/engine.js';
import {steps} from '../../engine/steps.js';
import type {Block} from '../windows/blocks.js';
import type {BlockParts} from '../windows/cut.js';
import {inArena} from '../windows/inArena.js';
import {copyRegions} from '../windows/region.js';
import {gridOf} from './grid.js';
import {blockBytes, planes, planesBytes} from './planes.js';

/** A 3×3 convolution with stride 1 of a source [N, height, width, C] to an output [N, outHeight, outWidth, F]. */
export interface TileConvolution {
  batch: number;
  source: Float32Array;
  height: number;
  width: number;
  C: number;
  out: Float32Array;
  outHeight: number;
  outWidth: number;
  F: number;
  padTop: number;
  padLeft: number;
  /** Writes the filter as [3, 3, C, F] with so many floats from one row of F to the next. */
  writeFilter(into: Float32Array, pitch: number): void;
  epilogue?: Epilogue | undefined;
}

/** out = Aᵀ[Σ_c (G·filter·Gᵀ) ⊙ (Bᵀ·source·B)]A, in tiles of m×m. */
export function convolveTiles(m: 2 | 4, work: TileConvolution, engine: Engine, parts: BlockParts): void {
  const {batch, source, height, width, C, outHeight, outWidth, F, padTop, padLeft} = work;
  const side = m + 2;
  const pitch = pitchOf(F);
  const grid = gridOf([batch, outHeight, outWidth], m, side * side * (C + F), blockBytes(side, C, F), parts);
  const {blocks, most, columns} = grid;
  const bytes =
    4 * (9 * C * pitch + C + grid.floatsOf(2, C) + grid.floatsOf(0, F) + 4 * most + 2 + 2 * F) +
    side * side * engine.packedBytes(C, F) +
    planesBytes(side, most, C) +
    planesBytes(side, most, F);
  engine.within(bytes + 14 * arrayBytes, (arena) => {
    const filter = arena.floats(9 * C * pitch);
    work.writeFilter(filter, pitch);
    const weights = engine.transformPacked(
      {
        ...{matrix: `filterTiles${m}`, source: filter, tiles: steps(arena, C, 4 * pitch)},
        ...{rowStep: 12 * C * pitch, columnStep: 4 * C * pitch, lanes: F},
      },
      Array.from({length: side * side}, () => engine.reserve(arena, C, F)),
    );
    const [near, out] = [arena.floats(grid.floatsOf(2, C)), arena.floats(grid.floatsOf(0, F))];
    const [inputs, products] = [planes(arena, side, most, C), planes(arena, side, most, F)];
    const [inPlaces, outPlaces] = [arena.integers(most), arena.integers(most)];
    const [rows, sums, runs] = [steps(arena, most, 4 * C), steps(arena, most, 4 * F), arena.integers(2)];
    runs.set([0, C]);
    const last = work.epilogue && inArena(arena, work.epilogue);
    for (const block of blocks) {
      copyRegions(source, [height, width, C], block.image, block.images, grid.region(block, padTop, padLeft, 2), near);
      const count = grid.place(block, 2, C, inPlaces);
      grid.place(block, 0, F, outPlaces);
      const [pixels, outs] = [rows.subarray(0, count), sums.subarray(0, count)];
      engine.transform({
        ...{matrix: `inputTiles${m}`, source: near, tiles: inPlaces.subarray(0, count), lanes: C},
        ...{rowStep: 4 * C * (columns * m + 2), columnStep: 4 * C},
        ...{out: inputs.all, outs: pixels, outRowStep: inputs.rowStep, outColumnStep: inputs.columnStep},
      });
      engine.gather(...weights.map((b, i) => ({source: inputs.each[i], pixels, runs, b, out: products.each[i]})));
      engine.transform({
        ...{matrix: `outputTiles${m}`, source: products.all, tiles: outs, lanes: F},
        ...{rowStep: products.rowStep, columnStep: products.columnStep},
        ...{out, outs: outPlaces.subarray(0, count), outRowStep: 4 * F * columns * m, outColumnStep: 4 * F},
      });
      if (last) engine.finish(out, count * m * m, F, last);
      copyOut(work, block, m, columns * m, out);
    }
  });
}

/** Rows of a power of two of bytes would meet in the same lines of a cache. */
function pitchOf(F: number): number {
  return F % 64 === 0 ? F + 16 : F;
}

/** Copies what the tiles of a block hold of the output: the last ones hang over. */
function copyOut(
  {out, outHeight, outWidth, F}: TileConvolution,
  {image, images, row, rows}: Block,
  m: number,
  columns: number,
  from: Float32Array,
): void {
  const lines = Math.min(rows * m, outHeight - row * m);
  // Without tiles that hang over on the right, lines follow on one another.
  const together = columns === outWidth ? lines : 1;
  for (let n = 0; n < images; n++) {
    for (let line = 0; line < lines; line += together) {
      const at = (n * rows * m + line) * columns * F;
      const to = ((image + n) * outHeight + row * m + line) * outWidth * F;
      out.set(from.subarray(at, at + together * outWidth * F), to);
    }
  }
}
