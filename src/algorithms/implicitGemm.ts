import {countHit} from '../engine/coverageCounter.js';
import {type Arena, arrayBytes, type Engine, type PackedMatrix, type StackedMatrix} from '../engine/engine.js';
import {type GemmShape, gemmWork, sumWork, type Work} from '../engine/work.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {flopsOf, type Pass, sizeOf} from '../geometry/pass.js';
import type {Algorithm} from './algorithm.js';
import type {ImageBlock} from './windows/blocks.js';
import {cacheBlocks} from './windows/cacheBlocks.js';
import {epilogueInArena} from './windows/epilogueInArena.js';
import {cachedSlices, type FilterSlice, filterSlicesOf, makeSlicedCounters} from './windows/filterSlices.js';
import {borderedFloats, inputWindowsOf} from './windows/inputWindows.js';
import {phasesOf, transposedWindowsOf} from './windows/phases.js';
import {isInProportion} from './windows/spread.js';

/**
 * Bytes of the windows that a block reads, and bytes of its pixels. Both stay in a level-2 cache, and the workspace is bounded
 * for any batch.
 */
const blockBytes = 1 << 20;
/** The same for dFilter, which reads its block once for every few weights, and dy along with it. */
const filterBlockBytes = 1 << 18;

/** Bytes of a packed filter that are used at a time. */
const sliceBytes = 1 << 20;

const counters = makeSlicedCounters('implicitGemm');

/**
 * Implicit GEMM: convolution as a matrix product without a column matrix. A block of x is copied with its zero border. A table
 * holds where the window of each output pixel begins. A short list holds the contiguous segments of a window: kw·C floats for
 * each kernel row without dilation. So strides, dilations and few channels cost nothing extra. With P output pixels and K =
 * kh·kw·C:
 *
 *     forward         windows[P×K] · filter[K×F]                                → y[P×F]
 *     backpropInput   for each phase of the stride: windows of dy · filterᵀ      → the pixels of dx in that phase; K = taps of the phase · F
 *     backpropFilter  windowsᵀ[K×P] · dy[P×F], summed over blocks in their order → dFilter[K×F]
 *
 * Source: https://arxiv.org/abs/1907.02129 (the indirection table), https://arxiv.org/abs/1809.10170 (without a column matrix).
 *
 * The zeros of the border take part in the products: an Inf or NaN of the filter or dy meets them as 0·Inf = NaN.
 */
export const implicitGemm: Algorithm = {
  name: 'implicitGemm',
  title: 'Implicit GEMM by indirect addressing',
  source: 'https://arxiv.org/abs/1907.02129',
  integerHeadroom: 1,
  footprint: 'padded',
  counters: Object.values(counters),
  supports(info, pass) {
    if (info.kind !== 'dense') return 'a depthwise convolution has no sum over channels, so there is no matrix product';
    // dX leaves out taps that lead outside dy.
    if (pass === 'backpropInput') return true;
    return isInProportion(borderedFloats(info), (sizeOf(info, 'y') / info.outChannels) * termsOf(info));
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
    const {tapOffsets, floatsOf, copy, writeOffsets} = inputWindowsOf(info);
    const segments = segmentsOf(tapOffsets, info.inChannels);
    const {blocks, floats, rows} = cacheBlocks(batch, outHeight, floatsOf, outWidth * F, blockBytes, counters);
    const maxPixels = rows * outWidth;
    const whole = {first: 0, columns: F};
    const bytes = 4 * (segments.length + floats + maxPixels + maxPixels * F + 2 * F) + engine.memory.packedBytes(K, F);
    engine.memory.withArena(bytes + 10 * arrayBytes, (arena) => {
      const weights = {data: filter, offset: 0, rowStride: F, columnStride: 1, rows: K};
      const [b] = packFilter(engine, arena, filter, 'implicitGemm', [{k: K, blocks: [weights]}], [whole])(whole);
      const segmentTable = integers(arena, segments);
      const [source, pixelOffsets, out] = [
        arena.floats(floats),
        arena.integers(maxPixels),
        arena.floats(maxPixels * F),
      ];
      const startsOf = pixelOffsetsWriter(writeOffsets, pixelOffsets);
      const ownEpilogue = epilogue && epilogueInArena(arena, epilogue);
      for (const block of blocks) {
        copy(x, block, source);
        const starts = startsOf(block);
        engine.gemm.igemm({source, pixelOffsets: starts, segments: segmentTable, b, out});
        if (ownEpilogue) engine.depthwise.applyEpilogue(out, starts.length, F, ownEpilogue);
        y.set(out.subarray(0, starts.length * F), (block.image * outHeight + block.row) * outWidth * F);
      }
    });
  },

  backpropInput(info, dy, filter, dx, engine) {
    const {batch, inHeight, inWidth, inChannels: C, outChannels: F} = info;
    const {phases, coversAll, floatsOf, copy} = transposedWindowsOf(info);
    if (phases.length === 0) {
      dx.fill(0);
      return;
    }
    const {blocks, floats, rows} = cacheBlocks(batch, inHeight, floatsOf, inWidth * C, blockBytes, counters);
    const maxPixels = rows * inWidth;
    const ready = phases.map((phase) => ({
      ...phase,
      K: phase.taps.length * F,
      segments: segmentsOf(phase.tapOffsets, F),
    }));
    // If there is only one block, each slice is used once and stays in the cache after packing. Here the columns of a slice are
    // contiguous parts of the filter; in forward they are not.
    const slices = filterSlicesOf(filter.length / C, C, blocks.length === 1 ? sliceBytes : Number.POSITIVE_INFINITY);
    if (slices.length > 1) countHit?.(counters.slices);
    const bytes = ready.reduce(
      (sum, {K, segments}) =>
        sum + engine.memory.packedBytes(K, slices[0].columns) + 4 * segments.length + 2 * arrayBytes,
      4 * (floats + 2 * maxPixels + maxPixels * C) + 8 * arrayBytes,
    );
    engine.memory.withArena(bytes, (arena) => {
      // filter[tap, c, f] is read as [f, c].
      const weights = {data: filter, rowStride: 1, columnStride: F, rows: F};
      const matrices = ready.map(({taps, K}) => ({
        k: K,
        blocks: taps.map((tap) => ({...weights, offset: tap * C * F})),
      }));
      const key = `implicitGemm dX of ${F}: ${ready.map(({taps}) => taps).join(' ')}`;
      const packed = packFilter(engine, arena, filter, key, matrices, slices);
      const segmentTables = ready.map(({segments}) => integers(arena, segments));
      const [source, pixelOffsets] = [arena.floats(floats), arena.integers(maxPixels)];
      const [outOffsets, out] = [arena.integers(maxPixels), arena.floats(maxPixels * C)];
      for (const block of blocks) {
        const size = block.images * block.rows * inWidth * C;
        copy(dy, block, source);
        if (!coversAll) out.fill(0, 0, size);
        for (const slice of slices) {
          const [b, to] = [packed(slice), out.subarray(slice.first)];
          for (const [i, {writeOffsets}] of ready.entries()) {
            const count = writeOffsets(block, pixelOffsets, outOffsets);
            const [from, onto] = [pixelOffsets.subarray(0, count), outOffsets.subarray(0, count)];
            engine.gemm.igemm({
              source,
              pixelOffsets: from,
              segments: segmentTables[i],
              b: b[i],
              out: to,
              outOffsets: onto,
            });
          }
        }
        dx.set(out.subarray(0, size), (block.image * inHeight + block.row) * inWidth * C);
      }
    });
  },

  backpropFilter(info, x, dy, dFilter, engine) {
    const {batch, outHeight, outWidth, inChannels: C, outChannels: F} = info;
    const K = dFilter.length / F;
    const {tapOffsets, floatsOf, copy, writeOffsets} = inputWindowsOf(info);
    const {blocks, floats, rows} = cacheBlocks(batch, outHeight, floatsOf, outWidth * F, filterBlockBytes, counters);
    const maxPixels = rows * outWidth;
    const bytes = 4 * (floats + K + maxPixels + K * F) + engine.memory.packedBytes(maxPixels, F);
    engine.memory.withArena(bytes + 8 * arrayBytes, (arena) => {
      const source = arena.floats(floats);
      const rowOffsets = arena.integers(K);
      for (let k = 0; k < K; k++) rowOffsets[k] = tapOffsets[Math.floor(k / C)] + 4 * (k % C);
      const [pixelOffsets, out] = [arena.integers(maxPixels), arena.floats(K * F)];
      const startsOf = pixelOffsetsWriter(writeOffsets, pixelOffsets);
      const room = engine.memory.reservePacked(arena, maxPixels, F);
      for (const block of blocks) {
        copy(x, block, source);
        const starts = startsOf(block);
        const offset = (block.image * outHeight + block.row) * outWidth * F;
        const b = engine.memory.pack(room, [{data: dy, offset, rowStride: F, columnStride: 1, rows: starts.length}]);
        engine.gemm.igemmTransposed({
          source,
          rowOffsets,
          pixelOffsets: starts,
          b,
          out,
          accumulate: block !== blocks[0],
        });
      }
      dFilter.set(out);
    });
  },
};

function workOf(info: Conv2DInfo, pass: Pass): Work {
  const {batch, inHeight, inWidth, inChannels: C, outHeight, outWidth, outChannels: F} = info;
  const [P, K] = [batch * outHeight * outWidth, termsOf(info)];
  const [x, y, filter] = [sizeOf(info, 'x'), sizeOf(info, 'y'), sizeOf(info, 'filter')];
  const blocksOf = (limit: number) => Math.ceil((4 * Math.max(x, y)) / limit);
  if (pass === 'backpropInput') {
    // One product for each phase that has taps. The phases divide the taps among them, and each has its share of the pixels.
    const {rows, columns} = phasesOf(info);
    const phases = Math.max(1, rows.phases.length * columns.phases.length);
    const depth = (info.filterHeight * info.filterWidth * F) / phases;
    const ofEach = Math.ceil(inHeight / info.strideHeight) * Math.ceil(inWidth / info.strideWidth);
    const product: GemmShape = {kind: 'igemm', rows: batch * ofEach, depth, columns: C};
    const blocks = blocksOf(blockBytes);
    return sumWork(
      gemmWork(product, phases, blocks),
      {pieces: phases * blocks},
      {copied: 4 * (x + y), packed: 4 * filter},
    );
  }
  return pass === 'forward'
    ? sumWork(gemmWork({kind: 'igemm', rows: P, depth: K, columns: F}, 1, blocksOf(blockBytes)), {
        copied: 4 * (x + y),
        packed: 4 * filter,
      })
    : sumWork(gemmWork({kind: 'igemmTransposed', rows: K, depth: P, columns: F}, 1, blocksOf(filterBlockBytes)), {
        copied: 4 * (x + filter),
        packed: 4 * y,
      });
}

/** kh·kw·C, the number of terms in an output. */
function termsOf(info: Conv2DInfo): number {
  return info.filterHeight * info.filterWidth * info.inChannels;
}

/**
 * Returns where the windows of a block's pixels begin. The table is written again only if the block's size differs from the
 * previous block's.
 */
function pixelOffsetsWriter(
  writeOffsets: (block: ImageBlock, into: Int32Array) => number,
  pixels: Int32Array,
): (block: ImageBlock) => Int32Array {
  let before: Pick<ImageBlock, 'images' | 'rows'> = {images: 0, rows: 0};
  let starts = pixels;
  return (block) => {
    if (block.images !== before.images || block.rows !== before.rows)
      starts = pixels.subarray(0, writeOffsets(block, pixels));
    before = block;
    return starts;
  };
}

/** Packs the matrices of a filter, each with k rows and the columns of a slice. */
function packFilter(
  engine: Engine,
  arena: Arena,
  source: Float32Array,
  key: string,
  matrices: readonly {k: number; blocks: readonly StackedMatrix[]}[],
  slices: readonly FilterSlice[],
): (slice: FilterSlice) => readonly PackedMatrix[] {
  const roomsFor = ({columns}: FilterSlice) => matrices.map(({k}) => engine.memory.reservePacked(arena, k, columns));
  const pack = ({first, columns}: FilterSlice, rooms: readonly PackedMatrix[]) =>
    matrices.map(({blocks}, i) => {
      const sliced = blocks.map((block) => ({...block, offset: block.offset + first * block.columnStride}));
      return engine.memory.pack({...rooms[i], n: columns}, sliced);
    });
  const request = {
    source,
    key: `${key} ${slices.reduce((sum, {columns}) => sum + columns, 0)}`,
    bytesOf: ({columns}: FilterSlice) => matrices.reduce((sum, {k}) => sum + engine.memory.packedBytes(k, columns), 0),
    compare: false, // packing takes no longer than comparing
  };
  return cachedSlices(engine, request, slices, roomsFor, () => pack);
}

function integers(arena: Arena, values: readonly number[]): Int32Array {
  const copy = arena.integers(values.length);
  copy.set(values);
  return copy;
}

/**
 * Returns segments of memory as pairs: offset in bytes and length in floats. Adjacent segments are merged.
 * @param offsets where each segment begins, in bytes
 * @param length the floats of each segment
 */
function segmentsOf(offsets: readonly number[], length: number): number[] {
  const segments: number[] = [];
  let end = Number.NaN;
  for (const offset of offsets) {
    if (offset === end) segments[segments.length - 1] += length;
    else segments.push(offset, length);
    end = offset + 4 * length;
  }
  return segments;
}
