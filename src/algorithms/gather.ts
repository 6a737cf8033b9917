import {type Arena, arrayBytes, type Engine, type Packed, type Stacked} from '../engine/engine.js';
import {type Product, products, together, type Work} from '../engine/work.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {flopsOf, type Pass, sizeOf} from '../geometry/pass.js';
import type {Algorithm} from './algorithm.js';
import type {Block} from './windows/blocks.js';
import {cut} from './windows/cut.js';
import {inArena} from './windows/inArena.js';
import {phasesOf, transposedWindowsOf} from './windows/phases.js';
import {runsOf} from './windows/runs.js';
import {keptSlices, type Slice, slicedParts, slicesOf} from './windows/slices.js';
import {isInProportion} from './windows/spread.js';
import {borderedFloats, windowsOf} from './windows/windows.js';

/** Bytes of windows, and of their pixels, that are worked on at a time: they stay in a level-2 cache, and the workspace is bounded whatever the batch. */
const blockBytes = 1 << 20;
/** dFilter reads its block once for every few weights, and dy along with it. */
const filterBlockBytes = 1 << 18;

/** Bytes of a packed filter that go through at a time. */
const sliceBytes = 1 << 20;

const parts = slicedParts('gather');

/**
 * Direct convolution without a column matrix. A block of x is copied with its zero border; a table holds where the window of each output pixel
 * begins, and a short list the contiguous stretches of a window (kw·C floats for each kernel row without dilation), so strides, dilations and few
 * channels cost nothing extra. With P output pixels and K = kh·kw·C:
 *
 *     forward         windows[P×K] · filter[K×F]                                → y[P×F]
 *     backpropInput   for each phase of the stride: windows of dy · filterᵀ      → the pixels of dx in that phase; K = taps of the phase · F
 *     backpropFilter  windowsᵀ[K×P] · dy[P×F], summed over blocks in their order → dFilter[K×F]
 *
 * Source: https://arxiv.org/abs/1907.02129 (the indirection table), https://arxiv.org/abs/1809.10170 (without a column matrix). Zeros of the border take
 * part in the products: an Inf or NaN of the filter or dy meets them as 0·Inf = NaN.
 */
export const gather: Algorithm = {
  name: 'gather',
  title: 'Direct convolution by gathered windows',
  source: 'https://arxiv.org/abs/1907.02129',
  integerHeadroom: 1,
  footprint: 'padded',
  parts: Object.values(parts),
  supports(info, pass) {
    if (info.kind !== 'dense') return 'a depthwise convolution has no sum over channels to make a matrix product of';
    // dX leaves out what leads beside dy.
    if (pass === 'backpropInput') return true;
    return isInProportion(borderedFloats(info), (sizeOf(info, 'y') / info.outChannels) * rowLength(info));
  },
  cost: (info, pass) => ({
    flops: flopsOf(info),
    bytes: 4 * (2 * sizeOf(info, 'x') + 2 * sizeOf(info, 'filter') + 2 * sizeOf(info, 'y')),
    workspaceBytes: 4 * 2 * sizeOf(info, 'filter') + 3 * blockBytes,
    work: workOf(info, pass),
  }),

  fuses: true,

  forward(info, x, filter, y, engine, epilogue) {
    const {batch, outHeight, outWidth, outChannels: F} = info;
    const K = filter.length / F;
    const {places, floatsOf, copy, place} = windowsOf(info);
    const runs = runsOf(places, info.inChannels);
    const {blocks, floats, rows} = cut(batch, outHeight, floatsOf, outWidth * F, blockBytes, parts);
    const most = rows * outWidth;
    const whole = {first: 0, columns: F};
    const bytes = 4 * (runs.length + floats + most + most * F + 2 * F) + engine.packedBytes(K, F);
    engine.within(bytes + 10 * arrayBytes, (arena) => {
      const weights = {data: filter, offset: 0, rowStride: F, columnStride: 1, rows: K};
      const [b] = packedFilter(engine, arena, filter, 'gather', [{k: K, blocks: [weights]}], [whole])(whole);
      const stretches = integers(arena, runs);
      const [source, pixels, out] = [arena.floats(floats), arena.integers(most), arena.floats(most * F)];
      const startsOf = placer(place, pixels);
      const last = epilogue && inArena(arena, epilogue);
      for (const block of blocks) {
        copy(x, block, source);
        const starts = startsOf(block);
        engine.gather({source, pixels: starts, runs: stretches, b, out});
        if (last) engine.finish(out, starts.length, F, last);
        y.set(out.subarray(0, starts.length * F), (block.image * outHeight + block.row) * outWidth * F);
      }
    });
  },

  backpropInput(info, dy, filter, dx, engine) {
    const {batch, inHeight, inWidth, inChannels: C, outChannels: F} = info;
    const {phases, isWhole, floatsOf, copy} = transposedWindowsOf(info);
    if (phases.length === 0) {
      dx.fill(0);
      return;
    }
    const {blocks, floats, rows} = cut(batch, inHeight, floatsOf, inWidth * C, blockBytes, parts);
    const most = rows * inWidth;
    const ready = phases.map((phase) => ({...phase, K: phase.taps.length * F, runs: runsOf(phase.places, F)}));
    // Where each slice is used for one block only, it stays in the cache from when it is packed. Its columns are stretches of the filter; those of forward are not.
    const slices = slicesOf(filter.length / C, C, blocks.length === 1 ? sliceBytes : Number.POSITIVE_INFINITY);
    if (slices.length > 1) parts.slices.hits++;
    const bytes = ready.reduce(
      (sum, {K, runs}) => sum + engine.packedBytes(K, slices[0].columns) + 4 * runs.length + 2 * arrayBytes,
      4 * (floats + 2 * most + most * C) + 8 * arrayBytes,
    );
    engine.within(bytes, (arena) => {
      // filter[tap, c, f], read as [f, c].
      const weights = {data: filter, rowStride: 1, columnStride: F, rows: F};
      const matrices = ready.map(({taps, K}) => ({
        k: K,
        blocks: taps.map((tap) => ({...weights, offset: tap * C * F})),
      }));
      const recipe = `gather dX of ${F}: ${ready.map(({taps}) => taps).join(' ')}`;
      const packed = packedFilter(engine, arena, filter, recipe, matrices, slices);
      const stretches = ready.map(({runs}) => integers(arena, runs));
      const [source, pixels] = [arena.floats(floats), arena.integers(most)];
      const [outs, out] = [arena.integers(most), arena.floats(most * C)];
      for (const block of blocks) {
        const size = block.images * block.rows * inWidth * C;
        copy(dy, block, source);
        if (!isWhole) out.fill(0, 0, size);
        for (const slice of slices) {
          const [b, to] = [packed(slice), out.subarray(slice.first)];
          for (const [i, {place}] of ready.entries()) {
            const count = place(block, pixels, outs);
            const [from, onto] = [pixels.subarray(0, count), outs.subarray(0, count)];
            engine.gather({source, pixels: from, runs: stretches[i], b: b[i], out: to, outs: onto});
          }
        }
        dx.set(out.subarray(0, size), (block.image * inHeight + block.row) * inWidth * C);
      }
    });
  },

  backpropFilter(info, x, dy, dFilter, engine) {
    const {batch, outHeight, outWidth, inChannels: C, outChannels: F} = info;
    const K = dFilter.length / F;
    const {places, floatsOf, copy, place} = windowsOf(info);
    const {blocks, floats, rows} = cut(batch, outHeight, floatsOf, outWidth * F, filterBlockBytes, parts);
    const most = rows * outWidth;
    const bytes = 4 * (floats + K + most + K * F) + engine.packedBytes(most, F);
    engine.within(bytes + 8 * arrayBytes, (arena) => {
      const source = arena.floats(floats);
      const offsets = arena.integers(K);
      for (let k = 0; k < K; k++) offsets[k] = places[Math.floor(k / C)] + 4 * (k % C);
      const [pixels, out] = [arena.integers(most), arena.floats(K * F)];
      const startsOf = placer(place, pixels);
      const room = engine.reserve(arena, most, F);
      for (const block of blocks) {
        copy(x, block, source);
        const starts = startsOf(block);
        const offset = (block.image * outHeight + block.row) * outWidth * F;
        const b = engine.pack(room, [{data: dy, offset, rowStride: F, columnStride: 1, rows: starts.length}]);
        engine.outer({source, offsets, pixels: starts, b, out, accumulate: block !== blocks[0]});
      }
      dFilter.set(out);
    });
  },
};

function workOf(info: Conv2DInfo, pass: Pass): Work {
  const {batch, inHeight, inWidth, inChannels: C, outHeight, outWidth, outChannels: F} = info;
  const [P, K] = [batch * outHeight * outWidth, rowLength(info)];
  const [x, y, filter] = [sizeOf(info, 'x'), sizeOf(info, 'y'), sizeOf(info, 'filter')];
  const blocksOf = (limit: number) => Math.ceil((4 * Math.max(x, y)) / limit);
  if (pass === 'backpropInput') {
    // One for each phase that has taps, among which they are shared out, as the pixels are among all.
    const {rows, columns} = phasesOf(info);
    const phases = Math.max(1, rows.phases.length * columns.phases.length);
    const depth = (info.filterHeight * info.filterWidth * F) / phases;
    const ofEach = Math.ceil(inHeight / info.strideHeight) * Math.ceil(inWidth / info.strideWidth);
    const product: Product = {kind: 'gather', rows: batch * ofEach, depth, columns: C};
    const blocks = blocksOf(blockBytes);
    return together(
      products(product, phases, blocks),
      {pieces: phases * blocks},
      {copied: 4 * (x + y), packed: 4 * filter},
    );
  }
  return pass === 'forward'
    ? together(products({kind: 'gather', rows: P, depth: K, columns: F}, 1, blocksOf(blockBytes)), {
        copied: 4 * (x + y),
        packed: 4 * filter,
      })
    : together(products({kind: 'outer', rows: K, depth: P, columns: F}, 1, blocksOf(filterBlockBytes)), {
        copied: 4 * (x + filter),
        packed: 4 * y,
      });
}

/** kh·kw·C, the terms of an output. */
function rowLength(info: Conv2DInfo): number {
  return info.filterHeight * info.filterWidth * info.inChannels;
}

/** Where the windows of a block's pixels begin, written anew only where the block is of another size than the one before. */
function placer(place: (block: Block, into: Int32Array) => number, pixels: Int32Array): (block: Block) => Int32Array {
  let before: Pick<Block, 'images' | 'rows'> = {images: 0, rows: 0};
  let starts = pixels;
  return (block) => {
    if (block.images !== before.images || block.rows !== before.rows) starts = pixels.subarray(0, place(block, pixels));
    before = block;
    return starts;
  };
}

/** Matrices of a filter as k rows and the columns of a slice. */
function packedFilter(
  engine: Engine,
  arena: Arena,
  source: Float32Array,
  recipe: string,
  matrices: readonly {k: number; blocks: readonly Stacked[]}[],
  slices: readonly Slice[],
): (slice: Slice) => readonly Packed[] {
  const roomsFor = ({columns}: Slice) => matrices.map(({k}) => engine.reserve(arena, k, columns));
  const pack = ({first, columns}: Slice, rooms: readonly Packed[]) =>
    matrices.map(({blocks}, i) => {
      const cut = blocks.map((block) => ({...block, offset: block.offset + first * block.columnStride}));
      return engine.pack({...rooms[i], n: columns}, cut);
    });
  const wanted = {
    source,
    recipe: `${recipe} ${slices.reduce((sum, {columns}) => sum + columns, 0)}`,
    bytesOf: ({columns}: Slice) => matrices.reduce((sum, {k}) => sum + engine.packedBytes(k, columns), 0),
    compare: false, // packing takes no longer
  };
  return keptSlices(engine, wanted, slices, roomsFor, () => pack);
}

function integers(arena: Arena, values: readonly number[]): Int32Array {
  const copy = arena.integers(values.length);
  copy.set(values);
  return copy;
}
