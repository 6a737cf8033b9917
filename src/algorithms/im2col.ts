import {countHit, makeCounters} from '../engine/coverageCounter.js';
import type {Matrix} from '../engine/engine.js';
import {gemmWork, sumWork, type Work} from '../engine/work.js';
import type {Conv2DInfo} from '../geometry/conv2dInfo.js';
import {flopsOf, type Pass, sizeOf} from '../geometry/pass.js';
import type {Algorithm} from './algorithm.js';

/** Floats of the column matrix that are kept at a time (1 MB). The workspace is bounded for any batch and image. */
const blockFloats = 262_144;

const [nextBlock] = makeCounters(['im2col, a second block of pixels']);

/**
 * Convolution as matrix products. Row p of the column matrix holds the receptive field of output pixel p = (n, oh, ow): R·C
 * values in the order of the filter. Values beyond the border are zeros. With P = N·OH·OW and R = kh·kw:
 *
 *     forward         columns[P×RC] · filter[RC×F]   → y[P×F]
 *     backpropInput   dy[P×F] · filterᵀ[F×RC]        → dColumns[P×RC], each value then added to the x it came from (col2im)
 *     backpropFilter  columnsᵀ[RC×P] · dy[P×F]       → dFilter[RC×F]
 *
 * The pixels are processed in blocks, so the workspace stays near 1 MB. The zeros of the border take part in the products: an Inf
 * or NaN in the filter or in dy meets them as 0·Inf = NaN.
 */
export const im2col: Algorithm = {
  name: 'im2col',
  title: 'Lowering to matrix multiplication (im2col)',
  source: 'Chellapilla, Puri, Simard: High Performance Convolutional Neural Networks for Document Processing, 2006',
  integerHeadroom: 1,
  footprint: 'padded',
  counters: [nextBlock],
  supports: ({kind}) =>
    kind === 'dense' || 'a depthwise convolution has no sum over channels, so there is no matrix product',
  cost(info, pass) {
    const [P, K] = [info.batch * info.outHeight * info.outWidth, rowLength(info)];
    const columns = P * K;
    const tensors = sizeOf(info, 'x') + sizeOf(info, 'filter') + sizeOf(info, 'y');
    return {
      flops: flopsOf(info),
      bytes: 4 * (tensors + 2 * columns),
      workspaceBytes: 4 * Math.min(columns, blockFloats),
      work: sumWork(productOf(pass, P, K, info.outChannels), {
        // One loop moves each value into the matrix, tap by tap. Another loop moves it into the engine.
        scalar: 2 * (6 * columns + sizeOf(info, 'y')),
        packed: 4 * sizeOf(info, pass === 'backpropFilter' ? 'y' : 'filter'),
      }),
    };
  },

  forward(info, x, filter, y, engine) {
    const {outChannels: F} = info;
    const K = rowLength(info);
    forEachBlock(info, (first, count, columns) => {
      fillColumns(info, x, first, count, columns);
      engine.gemm.multiply(
        count,
        F,
        K,
        rowMajor(columns, 0, K),
        rowMajor(filter, 0, F),
        rowMajor(y, first * F, F),
        false,
      );
    });
  },

  backpropInput(info, dy, filter, dx, engine) {
    const {outChannels: F} = info;
    const K = rowLength(info);
    dx.fill(0);
    forEachBlock(info, (first, count, columns) => {
      engine.gemm.multiply(
        count,
        K,
        F,
        rowMajor(dy, first * F, F),
        columnMajor(filter, 0, F),
        rowMajor(columns, 0, K),
        false,
      );
      col2im(info, columns, first, count, dx);
    });
  },

  backpropFilter(info, x, dy, dFilter, engine) {
    const {outChannels: F} = info;
    const K = rowLength(info);
    forEachBlock(info, (first, count, columns) => {
      fillColumns(info, x, first, count, columns);
      engine.gemm.multiply(
        K,
        F,
        count,
        columnMajor(columns, 0, K),
        rowMajor(dy, first * F, F),
        rowMajor(dFilter, 0, F),
        first > 0,
      );
    });
  },
};

function productOf(pass: Pass, P: number, K: number, F: number): Work {
  const blocks = Math.ceil((P * K) / blockFloats);
  if (pass === 'backpropFilter') return gemmWork({kind: 'igemmTransposed', rows: K, depth: P, columns: F}, 1, blocks);
  const [depth, columns] = pass === 'forward' ? [K, F] : [F, K];
  return gemmWork({kind: 'igemm', rows: P, depth, columns}, 1, blocks);
}

/** R·C, the length of a receptive field. */
function rowLength(info: Conv2DInfo): number {
  return info.filterHeight * info.filterWidth * info.inChannels;
}

/** A matrix whose rows of the given length follow one another from `offset` on. */
function rowMajor(data: Float32Array, offset: number, length: number): Matrix {
  return {data, offset, rowStride: length, columnStride: 1};
}

/** The transpose of `rowMajor(…)`. */
function columnMajor(data: Float32Array, offset: number, length: number): Matrix {
  return {data, offset, rowStride: 1, columnStride: length};
}

function forEachBlock(info: Conv2DInfo, visit: (first: number, count: number, columns: Float32Array) => void): void {
  const pixels = info.batch * info.outHeight * info.outWidth;
  const K = rowLength(info);
  const blockRows = Math.min(pixels, Math.max(1, Math.floor(blockFloats / K)));
  const columns = new Float32Array(blockRows * K);
  for (let first = 0; first < pixels; first += blockRows) {
    if (first > 0) countHit?.(nextBlock);
    visit(first, Math.min(blockRows, pixels - first), columns);
  }
}

/** Copies the receptive fields of pixels first … first + count − 1 into the rows of `columns`. */
function fillColumns(info: Conv2DInfo, x: Float32Array, first: number, count: number, columns: Float32Array): void {
  forEachTap(info, first, count, (from, to, C) => {
    if (from < 0) columns.fill(0, to, to + C);
    else for (let c = 0; c < C; c++) columns[to + c] = x[from + c];
  });
}

/** Adds the rows of `columns` to the inputs that they came from; the transpose of `fillColumns`. */
function col2im(info: Conv2DInfo, columns: Float32Array, first: number, count: number, dx: Float32Array): void {
  forEachTap(info, first, count, (to, from, C) => {
    if (to >= 0) for (let c = 0; c < C; c++) dx[to + c] += columns[from + c];
  });
}

/** Visits every tap of the pixels, with the positions of its C values in x (−1 for padding) and in the block of columns. */
function forEachTap(
  info: Conv2DInfo,
  first: number,
  count: number,
  visit: (inX: number, inColumns: number, channels: number) => void,
): void {
  const {inHeight, inWidth, inChannels: C} = info;
  let at = 0;
  for (let p = first; p < first + count; p++) {
    const ow = p % info.outWidth;
    const row = (p - ow) / info.outWidth;
    const oh = row % info.outHeight;
    const n = (row - oh) / info.outHeight;
    for (let i = 0; i < info.filterHeight; i++) {
      const h = oh * info.strideHeight - info.padTop + i * info.dilationHeight;
      for (let j = 0; j < info.filterWidth; j++, at += C) {
        const w = ow * info.strideWidth - info.padLeft + j * info.dilationWidth;
        const inside = h >= 0 && h < inHeight && w >= 0 && w < inWidth;
        visit(inside ? ((n * inHeight + h) * inWidth + w) * C : -1, at, C);
      }
    }
  }
}
