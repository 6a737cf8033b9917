import type {Engine, Planes, TilesFrom} from '../../engine/engine.js';
import {absoluteEngine} from '../../engine/jsEngine.js';
import {type TileMatrix, tileHeights, tileMatrix} from '../../engine/tileMatrices.js';
import {packedVectors, products, together, turned, vectors, type Work} from '../../engine/work.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {flopsOf, type Pass, passTensors, sizeOf} from '../../geometry/pass.js';
import type {Algorithm, Bound, Cost} from '../algorithm.js';
import type {SlicedParts} from '../windows/slices.js';
import {passesOf, type TilePasses} from './passesOf.js';
import {blockBytes, nearBytes} from './planes.js';
import type {Pair, Turning} from './turning.js';

/** What is the same of F(m×m, 3×3) for every m, and of F(2, 3) for filters of one row or column. */
export function winogradOf(
  m: 2 | 4,
  parts: SlicedParts,
): TilePasses & Required<Pick<Algorithm, 'supports' | 'cost' | 'errorBound' | 'tile'>> {
  const passes = passesOf((info) => turningOf(m, info), parts);
  return {
    ...passes,
    supports: (info) => whyNot(m, info),
    cost: (info, pass) => costOf(m, info, pass),
    errorBound: (info, pass, a, b) => boundOf(m, passes[pass], info, pass, a, b),
    tile: (info) => formOf(m, info).size,
  };
}

const sliceBytes = 1 << 20;

/** What tiles are: squares, or lines in the direction of a filter's row or column. */
interface Form {
  size: Pair;
  more: Pair;
  /** Elements of a turned tile. */
  planes: number;
  isTall: boolean;
  matrix(role: 'input' | 'filter' | 'output' | 'error' | 'gradient'): TileMatrix;
}

function formOf(m: 2 | 4, {filterHeight, filterWidth}: Conv2DInfo): Form {
  const isTall = filterWidth === 1;
  if (!isTall && filterHeight > 1) {
    return {size: [m, m], more: [2, 2], planes: (m + 2) ** 2, isTall, matrix: (role) => `${role}Tiles${m}`};
  }
  const [size, more]: [Pair, Pair] = isTall
    ? [
        [2, 1],
        [2, 0],
      ]
    : [
        [1, 2],
        [0, 2],
      ];
  return {size, more, planes: 4, isTall, matrix: (role) => `${role}Lines2`};
}

/** How many tiles cover images of a size. */
function tilesOf({size: [high, wide]}: Form, batch: number, height: number, width: number): number {
  return batch * Math.ceil(height / high) * Math.ceil(width / wide);
}

/** y = Aᵀ[Σ_c (G·filter·Gᵀ) ⊙ (Bᵀ·x·B)]A and dFilter = Gᵀ[Σ (Bᵀ·x·B) ⊙ (A·dy·Aᵀ)]G; of lines one side of it. */
function turningOf(m: 2 | 4, info: Conv2DInfo): Turning {
  const {batch, inChannels, outChannels} = info;
  const form = formOf(m, info);
  const {size, more, planes, isTall, matrix} = form;
  const room = blockBytes(planes, inChannels, outChannels);
  // Those of dX are as many, but for a border.
  const tiles = tilesOf(form, batch, info.outHeight, info.outWidth);
  const once = 4 * planes * tiles * (inChannels + outChannels) <= room;
  const steps = ({step}: Planes) => ({rowStep: (m + 2) * step, columnStep: step});
  const stepsTo = ({step}: Planes) => ({outRowStep: (m + 2) * step, outColumnStep: step});
  /** Lines have columns only: those of a column are its rows. */
  const from = <T extends TilesFrom>(pixels: T): T => (isTall ? {...pixels, columnStep: pixels.rowStep} : pixels);
  const onto = <T extends {outRowStep: number}>(to: T): T => (isTall ? {...to, outColumnStep: to.outRowStep} : to);
  return {
    ...{name: matrix('filter'), size, more, planes},
    together: false,
    // Where all tiles are one block, filters take turns in a level-2 cache; else each would be turned for each block.
    filterBytes: once ? sliceBytes : Number.POSITIVE_INFINITY,
    blockBytes: room,
    inputs(engine, pixels, to) {
      engine.transform({matrix: matrix('input'), ...from(pixels), out: to.all, outs: to.rows, ...stepsTo(to)});
    },
    filters: (engine, weights, room) => engine.transformPacked({matrix: matrix('filter'), ...from(weights)}, room),
    outputs(engine, products, to) {
      const planes = {source: products.all, tiles: products.rows, ...steps(products)};
      engine.transform({matrix: matrix('output'), ...planes, ...onto(to)});
    },
    errors: (engine, pixels, room) => engine.transformPacked({matrix: matrix('error'), ...from(pixels)}, room),
    gradients(engine, sums, to) {
      const planes = {source: sums.all, tiles: sums.rows, ...steps(sums)};
      engine.transform({matrix: matrix('gradient'), ...planes, ...onto(to)});
    },
  };
}

function whyNot(m: 2 | 4, info: Conv2DInfo): true | string {
  if (info.kind !== 'dense') return 'a depthwise convolution has no sum over channels to make matrix products of';
  const shape = `${info.filterHeight}×${info.filterWidth}`;
  const shapes = m === 2 ? ['3×3', '1×3', '3×1'] : ['3×3'];
  if (!shapes.includes(shape)) return `it computes ${shapes.join(', ')} filters only`;
  if (info.strideHeight > 1 || info.strideWidth > 1) return 'its tiles need stride 1';
  return (info.dilationHeight === 1 && info.dilationWidth === 1) || 'its tiles need dilation 1';
}

function costOf(m: 2 | 4, info: Conv2DInfo, pass: Pass): Cost {
  const {batch, inChannels: C, outChannels: F} = info;
  const form = formOf(m, info);
  const elements = form.planes;
  const tiles = tilesOf(form, batch, info.outHeight, info.outWidth);
  const moved = elements * (tiles * (C + F) + C * F);
  return {
    // Those of the definition, which effective rates are counted in; what is done is m²·9/(m + 2)² times less (of lines 3/2), and the transforms.
    flops: flopsOf(info),
    bytes: 4 * (sizeOf(info, 'x') + sizeOf(info, 'filter') + sizeOf(info, 'y') + 2 * moved),
    workspaceBytes: 4 * (elements + info.filterHeight * info.filterWidth) * C * F + 2 * blockBytes(elements, C, F),
    work: workOf(m, info, pass),
  };
}

function workOf(m: 2 | 4, info: Conv2DInfo, pass: Pass): Work {
  const {batch, inChannels: C, outChannels: F} = info;
  const form = formOf(m, info);
  const {planes: elements, matrix} = form;
  const [x, y, filter] = [sizeOf(info, 'x'), sizeOf(info, 'y'), sizeOf(info, 'filter')];
  const blocksOf = (tiles: number) => Math.ceil((4 * elements * tiles * (C + F)) / blockBytes(elements, C, F));
  if (pass === 'backpropFilter') {
    const tiles = tilesOf(form, batch, info.outHeight, info.outWidth);
    return together(
      products({kind: 'outer', rows: C, depth: tiles, columns: F}, elements, blocksOf(tiles), blocksOf(tiles)),
      turned(matrix('input'), tiles, vectors(C)),
      turned(matrix('error'), tiles, packedVectors(F)),
      turned(matrix('gradient'), C, vectors(F)),
      {copied: 4 * (x + y + filter)},
    );
  }
  const forward = pass === 'forward';
  const [height, width] = forward ? [info.outHeight, info.outWidth] : [info.inHeight, info.inWidth];
  const tiles = tilesOf(form, batch, height, width);
  const [from, to] = forward ? [C, F] : [F, C];
  const far = 4 * filter > nearBytes ? 4 : 1;
  return together(
    products({kind: 'gather', rows: tiles, depth: from, columns: to}, elements, blocksOf(tiles), blocksOf(tiles)),
    turned(matrix('input'), tiles, vectors(from)),
    turned(matrix('filter'), far * from, packedVectors(to)),
    turned(matrix('output'), tiles, vectors(to)),
    {copied: 4 * (x + y + (forward ? far * filter : 0)), packed: forward ? 0 : 4 * far * filter},
  );
}

/** Roundings of one product of a small matrix: of its constants, their products and their sums. */
const roundings = 2;

/**
 * A result is Σ of products of one element of each input with six constants of the matrices, of lines three, and each passes at most n roundings, so the error is at most
 * γ(n) times the same Σ of absolute values: what the algorithm itself makes of absolute values. Source: https://arxiv.org/abs/1803.10986
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
  const form = formOf(m, info);
  const [inputs, filters, outputs] = (['input', 'filter', 'output'] as const).map((role) => {
    const matrix = tileMatrix(form.matrix(role));
    // Gradients have the same matrices turned, whose rows may have as many terms as these have columns.
    return Math.max(matrix.length, matrix[0].length);
  });
  const tiles = tilesOf(form, info.batch, info.outHeight, info.outWidth);
  const sums = {forward: info.inChannels, backpropInput: info.outChannels, backpropFilter: tiles}[pass];
  const sides = tileHeights(form.matrix('input')).to > 1 ? 2 : 1;
  return {terms: sums + sides * (inputs + filters + outputs + 3 * roundings), magnitudes};
}
