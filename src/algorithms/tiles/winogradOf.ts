import type {Engine, MatrixBatch, TileSource} from '../../engine/engine.js';
import {absoluteEngine} from '../../engine/jsEngine.js';
import {type TileMatrix, tileHeights, tileMatrix} from '../../engine/tileMatrices.js';
import {gemmWork, packedPaddedLanes, paddedLanes, sumWork, tileTransformWork, type Work} from '../../engine/work.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {flopsOf, type Pass, passTensors, sizeOf} from '../../geometry/pass.js';
import type {Algorithm, Bound, Cost} from '../algorithm.js';
import type {SlicedCounters} from '../windows/filterSlices.js';
import {blockBytesOf, level2CacheBytes} from './matrixBatch.js';
import {type TilePasses, tilePassesOf} from './tilePasses.js';
import type {Pair, TileTransform} from './tileTransform.js';

/** The parts that F(m×m, 3×3) for every m and F(2, 3) for filters of one row or column have in common. */
export function winogradOf(
  m: 2 | 4,
  counters: SlicedCounters,
): TilePasses & Required<Pick<Algorithm, 'supports' | 'cost' | 'errorBound' | 'tile'>> {
  const passes = tilePassesOf((info) => tileTransformOf(m, info), counters);
  return {
    ...passes,
    supports: (info) => whyNot(m, info),
    cost: (info, pass) => costOf(m, info, pass),
    errorBound: (info, pass, a, b) => boundOf(m, passes[pass], info, pass, a, b),
    tile: (info) => tileShapeOf(m, info).size,
  };
}

const sliceBytes = 1 << 20;

/** The shape of a tile: a square, or a line in the direction of the filter's row or column. */
interface TileShape {
  size: Pair;
  halo: Pair;
  /** Elements of a transformed tile. */
  matrixCount: number;
  isTall: boolean;
  matrix(role: 'input' | 'filter' | 'output' | 'error' | 'gradient'): TileMatrix;
}

function tileShapeOf(m: 2 | 4, {filterHeight, filterWidth}: Conv2DInfo): TileShape {
  const isTall = filterWidth === 1;
  if (!isTall && filterHeight > 1) {
    return {size: [m, m], halo: [2, 2], matrixCount: (m + 2) ** 2, isTall, matrix: (role) => `${role}Tiles${m}`};
  }
  const [size, halo]: [Pair, Pair] = isTall
    ? [
        [2, 1],
        [2, 0],
      ]
    : [
        [1, 2],
        [0, 2],
      ];
  return {size, halo, matrixCount: 4, isTall, matrix: (role) => `${role}Lines2`};
}

/** The number of tiles that cover images of a size. */
function tilesOf({size: [high, wide]}: TileShape, batch: number, height: number, width: number): number {
  return batch * Math.ceil(height / high) * Math.ceil(width / wide);
}

/** y = Aᵀ[Σ_c (G·filter·Gᵀ) ⊙ (Bᵀ·x·B)]A and dFilter = Gᵀ[Σ (Bᵀ·x·B) ⊙ (A·dy·Aᵀ)]G. For lines, matrices multiply from one side only. */
function tileTransformOf(m: 2 | 4, info: Conv2DInfo): TileTransform {
  const {batch, inChannels, outChannels} = info;
  const shape = tileShapeOf(m, info);
  const {size, halo, matrixCount, isTall, matrix} = shape;
  const room = blockBytesOf(matrixCount, inChannels, outChannels);
  // dX has as many tiles, apart from the border.
  const tiles = tilesOf(shape, batch, info.outHeight, info.outWidth);
  const once = 4 * matrixCount * tiles * (inChannels + outChannels) <= room;
  const steps = ({step}: MatrixBatch) => ({rowStep: (m + 2) * step, columnStep: step});
  const stepsTo = ({step}: MatrixBatch) => ({outRowStep: (m + 2) * step, outColumnStep: step});
  /** The elements of a line are a column step apart. For a filter of one column, that is the step between rows. */
  const from = <T extends TileSource>(pixels: T): T => (isTall ? {...pixels, columnStep: pixels.rowStep} : pixels);
  const onto = <T extends {outRowStep: number}>(to: T): T => (isTall ? {...to, outColumnStep: to.outRowStep} : to);
  return {
    ...{name: matrix('filter'), size, halo, matrixCount},
    interleaved: false,
    // If all tiles form one block, filters pass in slices through a level-2 cache. Otherwise each slice would be transformed
    // again for each block.
    filterBytes: once ? sliceBytes : Number.POSITIVE_INFINITY,
    blockBytes: room,
    transformInput(engine, pixels, to) {
      engine.tiles.transformTiles({
        matrix: matrix('input'),
        ...from(pixels),
        out: to.data,
        outOffsets: to.rowOffsets,
        ...stepsTo(to),
      });
    },
    transformFilter: (engine, weights, room) =>
      engine.tiles.transformTilesPacked({matrix: matrix('filter'), ...from(weights)}, room),
    transformOutput(engine, products, to) {
      const matrices = {source: products.data, tileOffsets: products.rowOffsets, ...steps(products)};
      engine.tiles.transformTiles({matrix: matrix('output'), ...matrices, ...onto(to)});
    },
    transformOutputGradient: (engine, pixels, room) =>
      engine.tiles.transformTilesPacked({matrix: matrix('error'), ...from(pixels)}, room),
    transformFilterGradient(engine, sums, to) {
      const matrices = {source: sums.data, tileOffsets: sums.rowOffsets, ...steps(sums)};
      engine.tiles.transformTiles({matrix: matrix('gradient'), ...matrices, ...onto(to)});
    },
  };
}

function whyNot(m: 2 | 4, info: Conv2DInfo): true | string {
  if (info.kind !== 'dense') return 'a depthwise convolution has no sum over channels, so there is no matrix product';
  const shape = `${info.filterHeight}×${info.filterWidth}`;
  const shapes = m === 2 ? ['3×3', '1×3', '3×1'] : ['3×3'];
  if (!shapes.includes(shape)) return `it computes ${shapes.join(', ')} filters only`;
  if (info.strideHeight > 1 || info.strideWidth > 1) return 'its tiles need stride 1';
  return (info.dilationHeight === 1 && info.dilationWidth === 1) || 'its tiles need dilation 1';
}

function costOf(m: 2 | 4, info: Conv2DInfo, pass: Pass): Cost {
  const {batch, inChannels: C, outChannels: F} = info;
  const shape = tileShapeOf(m, info);
  const matrixCount = shape.matrixCount;
  const tiles = tilesOf(shape, batch, info.outHeight, info.outWidth);
  const moved = matrixCount * (tiles * (C + F) + C * F);
  return {
    // The operations of the definition, which effective rates refer to. The algorithm does m²·9/(m + 2)² times fewer (lines:
    // 3/2), and the transforms.
    flops: flopsOf(info),
    bytes: 4 * (sizeOf(info, 'x') + sizeOf(info, 'filter') + sizeOf(info, 'y') + 2 * moved),
    workspaceBytes:
      4 * (matrixCount + info.filterHeight * info.filterWidth) * C * F + 2 * blockBytesOf(matrixCount, C, F),
    work: workOf(m, info, pass),
  };
}

function workOf(m: 2 | 4, info: Conv2DInfo, pass: Pass): Work {
  const {batch, inChannels: C, outChannels: F} = info;
  const shape = tileShapeOf(m, info);
  const {matrixCount, matrix} = shape;
  const [x, y, filter] = [sizeOf(info, 'x'), sizeOf(info, 'y'), sizeOf(info, 'filter')];
  const blocksOf = (tiles: number) => Math.ceil((4 * matrixCount * tiles * (C + F)) / blockBytesOf(matrixCount, C, F));
  if (pass === 'backpropFilter') {
    const tiles = tilesOf(shape, batch, info.outHeight, info.outWidth);
    return sumWork(
      gemmWork(
        {kind: 'igemmTransposed', rows: C, depth: tiles, columns: F},
        matrixCount,
        blocksOf(tiles),
        blocksOf(tiles),
      ),
      tileTransformWork(matrix('input'), tiles, paddedLanes(C)),
      tileTransformWork(matrix('error'), tiles, packedPaddedLanes(F)),
      tileTransformWork(matrix('gradient'), C, paddedLanes(F)),
      {copied: 4 * (x + y + filter)},
    );
  }
  const forward = pass === 'forward';
  const [height, width] = forward ? [info.outHeight, info.outWidth] : [info.inHeight, info.inWidth];
  const tiles = tilesOf(shape, batch, height, width);
  const [from, to] = forward ? [C, F] : [F, C];
  const far = 4 * filter > level2CacheBytes ? 4 : 1;
  return sumWork(
    gemmWork({kind: 'igemm', rows: tiles, depth: from, columns: to}, matrixCount, blocksOf(tiles), blocksOf(tiles)),
    tileTransformWork(matrix('input'), tiles, paddedLanes(from)),
    tileTransformWork(matrix('filter'), far * from, packedPaddedLanes(to)),
    tileTransformWork(matrix('output'), tiles, paddedLanes(to)),
    {copied: 4 * (x + y + (forward ? far * filter : 0)), packed: forward ? 0 : 4 * far * filter},
  );
}

/** Roundings in one product with a small matrix, besides those of its sums: of the constants and of their products. */
const roundings = 2;

/**
 * A result is a sum of products: one element of each input times six constants of the matrices (lines: three). Each product
 * passes at most n roundings. So the error is at most γ(n) times the same sum of absolute values. The algorithm itself computes
 * that sum from absolute values of the inputs. Source: https://arxiv.org/abs/1803.10986
 */
function boundOf(
  m: 2 | 4,
  compute: (info: Conv2DInfo, a: Float32Array, b: Float32Array, out: Float32Array, engine: Engine) => void,
  info: Conv2DInfo,
  pass: Pass,
  a: Float32Array,
  b: Float32Array,
): Bound {
  const magnitudes = new Float32Array(sizeOf(info, passTensors[pass].output));
  compute(info, a.map(Math.abs), b.map(Math.abs), magnitudes, absoluteEngine);
  const shape = tileShapeOf(m, info);
  const [inputs, filters, outputs] = (['input', 'filter', 'output'] as const).map((role) => {
    const matrix = tileMatrix(shape.matrix(role));
    // Gradients use the same matrices transposed. Their rows have as many terms as these columns have elements.
    return Math.max(matrix.length, matrix[0].length);
  });
  const tiles = tilesOf(shape, info.batch, info.outHeight, info.outWidth);
  const sums = {forward: info.inChannels, backpropInput: info.outChannels, backpropFilter: tiles}[pass];
  const sides = tileHeights(shape.matrix('input')).to > 1 ? 2 : 1;
  return {terms: sums + sides * (inputs + filters + outputs + 3 * roundings), magnitudes};
}
