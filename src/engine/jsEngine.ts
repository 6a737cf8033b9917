import {OutOfMemory} from '../geometry/error.js';
import type {Engine, Gather, Outer, Packed, PackedPlanes, Planes, Tiles} from './engine.js';
import {withGemm} from './gemm.js';
import {fourier, fourierInverse, fourierParts} from './jsFourier.js';
import {fold, laneParts, lanes, repeat} from './jsLanes.js';
import {tileParts, transform, transformInto} from './jsTiles.js';
import {makeParts} from './part.js';
import {tileMatrix} from './tileMatrices.js';

/** Pixels and columns that one pass of the micro-kernel computes: 4·2 double accumulators and 6 operands fit the 16 registers of x64. */
const tileRows = 4;
const tileColumns = 2;
/** Doubles of packed windows kept at a time: 256 kB, which stays in a level-2 cache. */
const blockSize = 32_768;

/** Places are bytes in integers of 32 bits. */
const mostBytes = 2 ** 31 - 1;

/** The tiles by size, whole and cut, in the order of (rows − 1)·tileColumns + columns − 1. */
const tiles = makeParts(
  Array.from(
    {length: tileRows * tileColumns},
    (_, i) => `js tile ${Math.floor(i / tileColumns) + 1}×${(i % tileColumns) + 1}`,
  ),
);
const [nextBlock, accumulating] = makeParts(['js, a second block of rows', 'js, accumulating']);

/** Pairs of columns one after another: data[(pair·k + p)·2 + column]. */
interface PackedPairs extends Packed {
  data: Float64Array;
}

/** Pairs of columns of each plane. */
interface PackedPlanePairs extends PackedPlanes {
  each: readonly PackedPairs[];
}

/** Copies the windows of `count` ≤ 4 rows from `first` on into `to`, interleaved: to[p·4 + row]; zeros where there are fewer. */
type PackRows = (first: number, count: number, to: Float64Array, at: number) => void;

/**
 * The engine in plain JavaScript: packs both operands into doubles, so that the inner loop reads straight ahead, and accumulates in double,
 * so that each element is rounded once. Runs wherever JavaScript runs.
 */
export const jsEngine: Engine = withGemm({
  name: 'js',
  parts: [...tiles, nextBlock, accumulating, ...laneParts, ...tileParts, ...fourierParts],
  threads: () => 1,
  threadsFor: () => 1,
  release() {},
  within(bytes, fn) {
    if (bytes > mostBytes) {
      throw new OutOfMemory(
        'conv2d',
        `the arithmetic needs ${bytes} bytes beside the tensors, more than the ${mostBytes} that it finds places in; use smaller batches or images.`,
      );
    }
    return fn({floats: (length) => new Float32Array(length), integers: (length) => new Int32Array(length)});
  },
  keep: () => undefined,
  packedBytes: () => 0,

  reserve: (_arena, k, n) => roomOf(k, n),

  packedPlanesBytes: () => 0,

  reservePlanes: (_arena, count, k, n): PackedPlanePairs => ({
    ...{count, k, n},
    each: Array.from({length: count}, () => roomOf(k, n)),
  }),

  pack(room, blocks): PackedPairs {
    const {n, data} = room as PackedPairs;
    const k = blocks.reduce((sum, {rows}) => sum + rows, 0);
    let above = 0;
    for (const {data: from, offset, rowStride, columnStride, rows} of blocks) {
      for (let j = 0; j < n; j++) {
        let to = (j - (j % tileColumns)) * k + above * tileColumns + (j % tileColumns);
        let source = offset + j * columnStride;
        for (let p = 0; p < rows; p++, to += tileColumns, source += rowStride) data[to] = from[source];
      }
      above += rows;
    }
    return {k, n, data};
  },

  copy({data, offset, rowStride, columnStride, rows}, n, out, pitch) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < n; j++) out[i * pitch + j] = data[offset + i * rowStride + j * columnStride];
    }
  },

  gather,
  outer,

  gatherPlanes({source, columns: runs, b, out}) {
    (b as PackedPlanePairs).each.forEach((each, plane) => {
      gather({
        source: planeOf(source, plane),
        pixels: source.rows,
        runs,
        b: each,
        out: planeOf(out, plane),
        outs: out.rows,
      });
    });
  },

  outerPlanes({source, columns: offsets, b, out, accumulate}) {
    (b as PackedPlanePairs).each.forEach((each, plane) => {
      outer({
        source: planeOf(source, plane),
        offsets,
        pixels: source.rows,
        b: each,
        out: planeOf(out, plane),
        outs: out.rows,
        accumulate,
      });
    });
  },

  finish(out, count, n, {bias, activation, slopes, alpha}) {
    for (let p = 0, i = 0; p < count; p++) {
      for (let j = 0; j < n; j++, i++) {
        const value = bias ? Math.fround(out[i] + bias[j]) : out[i];
        if (activation === 'relu') out[i] = Math.max(0, value);
        else if (activation === 'relu6') out[i] = Math.min(6, Math.max(0, value));
        else if (activation !== 'linear' && value < 0) out[i] = value * (slopes ? slopes[j] : alpha);
        else out[i] = value;
      }
    }
  },

  lanes,
  repeat,
  fold,

  transform: (work) => transform(work),

  transformPacked: (work, room) => packTiles(work, room),

  fourier(work, {all, step, rows}) {
    fourier(work, (plane, tile, lane, value) => {
      all[((plane * step + rows[tile]) >> 2) + lane] = value;
    });
  },

  fourierPacked(work, room) {
    const {planes, put} = packed(room, work);
    fourier(work, put);
    return planes;
  },

  fourierInverse,

  probe(turns) {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = sums;
    for (let turn = 0; turn < turns; turn++) {
      s0 = s0 * 0.5 + 1;
      s1 = s1 * 0.5 + 1;
      s2 = s2 * 0.5 + 1;
      s3 = s3 * 0.5 + 1;
      s4 = s4 * 0.5 + 1;
      s5 = s5 * 0.5 + 1;
      s6 = s6 * 0.5 + 1;
      s7 = s7 * 0.5 + 1;
    }
    sums.set([s0, s1, s2, s3, s4, s5, s6, s7]); // else nobody would need them
    return turns * 16;
  },
});

function gather({source, pixels, runs, b, out, outs}: Gather): void {
  const packRows: PackRows = (first, count, to, at) => {
    for (let i = 0; i < tileRows; i++) {
      let p = at + i;
      for (let r = 0; r < runs.length; r += 2) {
        let from = i < count ? (pixels[first + i] + runs[r]) >> 2 : 0;
        for (const end = p + runs[r + 1] * tileRows; p < end; p += tileRows) to[p] = i < count ? source[from++] : 0;
      }
    }
  };
  multiply(pixels.length, packRows, b as PackedPairs, out, (row) => (outs ? outs[row] >> 2 : row * b.n), false);
}

/** @param outs where the rows of the sums go; without it they follow one another */
function outer({source, offsets, pixels, b, out, outs, accumulate}: Outer & {outs?: Int32Array}): void {
  const packRows: PackRows = (first, count, to, at) => {
    for (let i = 0; i < tileRows; i++) {
      const offset = i < count ? offsets[first + i] : 0;
      for (let p = 0; p < pixels.length; p++) {
        to[at + p * tileRows + i] = i < count ? source[(offset + pixels[p]) >> 2] : 0;
      }
    }
  };
  multiply(offsets.length, packRows, b as PackedPairs, out, (row) => (outs ? outs[row] >> 2 : row * b.n), accumulate);
}

function roomOf(k: number, n: number): PackedPairs {
  return {k, n, data: new Float64Array(Math.ceil(n / tileColumns) * tileColumns * k)};
}

function planeOf({all, step}: Planes, plane: number): Float32Array {
  return all.subarray((plane * step) >> 2);
}

/** @param matrix by default the work's own */
function packTiles(work: Tiles, room: PackedPlanes, matrix?: readonly (readonly number[])[]): PackedPlanes {
  const {planes, put} = packed(room, work);
  transformInto(work, put, matrix);
  return planes;
}

/** Packed matrices with a row for each tile and a column for each lane, and what writes their elements. */
function packed(room: PackedPlanes, {tiles, lanes}: Pick<Tiles, 'tiles' | 'lanes'>) {
  const size = {k: tiles.length, n: lanes};
  const each = (room as PackedPlanePairs).each.map((matrix) => ({...matrix, ...size}));
  const put = (matrix: number, row: number, column: number, value: number) => {
    const odd = column % tileColumns;
    each[matrix].data[(column - odd) * size.k + row * tileColumns + odd] = value;
  };
  const planes: PackedPlanePairs = {count: room.count, ...size, each};
  return {planes, put};
}

/**
 * The same engine with the absolute values of the matrices that turn tiles: on absolute values of the inputs it gives what no intermediate of a result
 * exceeds, which bounds rounding.
 */
export const absoluteEngine: Engine = {
  ...jsEngine,
  transform: (work) => transform(work, absolute(work)),
  transformPacked: (work, room) => packTiles(work, room, absolute(work)),
};

function absolute({matrix}: Tiles): number[][] {
  return tileMatrix(matrix).map((row) => row.map(Math.abs));
}

/** out[place(row) + j] = Σ_p a[row, p]·b[p, j], with the rows of a as `packRows` makes them. */
function multiply(
  m: number,
  packRows: PackRows,
  {k, n, data}: PackedPairs,
  out: Float32Array,
  place: (row: number) => number,
  accumulate: boolean,
): void {
  const blockRows = Math.max(tileRows, Math.floor(blockSize / Math.max(1, k) / tileRows) * tileRows);
  const packed = new Float64Array(Math.min(blockRows, Math.ceil(m / tileRows) * tileRows) * k);
  if (accumulate) accumulating.hits++;
  for (let block = 0; block < m; block += blockRows) {
    if (block > 0) nextBlock.hits++;
    const rows = Math.min(blockRows, m - block);
    for (let i = 0; i < rows; i += tileRows) packRows(block + i, Math.min(tileRows, rows - i), packed, i * k);
    for (let column = 0; column < n; column += tileColumns) {
      const columns = Math.min(tileColumns, n - column);
      for (let i = 0; i < rows; i += tileRows) {
        tile(packed, i * k, data, column * k, k);
        const height = Math.min(tileRows, rows - i);
        tiles[(height - 1) * tileColumns + columns - 1].hits++;
        for (let row = 0; row < height; row++) {
          const at = place(block + i + row) + column;
          for (let j = 0; j < columns; j++) {
            const sum = sums[row * tileColumns + j];
            out[at + j] = accumulate ? out[at + j] + sum : sum;
          }
        }
      }
    }
  }
}

const sums = new Float64Array(tileRows * tileColumns);

/** sums[i, j] = Σ_p a[p, i]·b[p, j] for one 4×2 tile. */
function tile(a: Float64Array, firstA: number, b: Float64Array, firstB: number, k: number): void {
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  let s20 = 0;
  let s21 = 0;
  let s30 = 0;
  let s31 = 0;
  for (let p = 0, i = firstA, j = firstB; p < k; p++, i += tileRows, j += tileColumns) {
    const b0 = b[j];
    const b1 = b[j + 1];
    const a0 = a[i];
    const a1 = a[i + 1];
    const a2 = a[i + 2];
    const a3 = a[i + 3];
    s00 += a0 * b0;
    s01 += a0 * b1;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s30 += a3 * b0;
    s31 += a3 * b1;
  }
  sums[0] = s00;
  sums[1] = s01;
  sums[2] = s10;
  sums[3] = s11;
  sums[4] = s20;
  sums[5] = s21;
  sums[6] = s30;
  sums[7] = s31;
}
