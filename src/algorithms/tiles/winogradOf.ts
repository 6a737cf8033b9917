import type {Engine, Planes} from '../../engine/engine.js';
import {absoluteEngine} from '../../engine/jsEngine.js';
import {tileMatrix} from '../../engine/tileMatrices.js';
import {packedVectors, products, together, turned, vectors, type Work} from '../../engine/work.js';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import {flopsOf, type Pass, passTensors, sizeOf} from '../../geometry/pass.js';
import type {Algorithm, Bound, Cost} from '../algorithm.js';
import {passesOf, type TilePasses} from './passesOf.js';
import {blockBytes} from './planes.js';
import type {TileParts} from './tileParts.js';
import type {Turning} from './turning.js';

/** What is the same of F(m×m, 3×3) for every m. */
export function winogradOf(
  m: 2 | 4,
  parts: TileParts,
): TilePasses & Required<Pick<Algorithm, 'supports' | 'cost' | 'errorBound'>> {
  const passes = passesOf((info) => turningOf(m, info), parts);
  return {
    ...passes,
    supports: whyNot,
    cost: (info, pass) => costOf(m, info, pass),
    errorBound: (info, pass, a, b) => boundOf(m, passes[pass], info, pass, a, b),
  };
}

const sliceBytes = 1 << 20;
/** Filters of more bytes than a level-2 cache are read from beyond it, which takes three times as long. */
const nearBytes = 1 << 21;

/** y = Aᵀ[Σ_c (G·filter·Gᵀ) ⊙ (Bᵀ·x·B)]A and dFilter = Gᵀ[Σ (Bᵀ·x·B) ⊙ (A·dy·Aᵀ)]G. */
function turningOf(m: 2 | 4, info: Conv2DInfo): Turning {
  const {batch, inChannels, outChannels} = info;
  const side = m + 2;
  const room = blockBytes(side * side, inChannels, outChannels);
  // Those of dX are as many, but for a border.
  const tiles = batch * Math.ceil(info.outHeight / m) * Math.ceil(info.outWidth / m);
  const once = 4 * side * side * tiles * (inChannels + outChannels) <= room;
  const steps = ({step}: Planes) => ({rowStep: side * step, columnStep: step});
  return {
    name: `winograd${m}`,
    size: [m, m],
    more: [2, 2],
    planes: side * side,
    together: false,
    // Where all tiles are one block, filters take turns in a level-2 cache; else each would be turned for each block.
    filterBytes: once ? sliceBytes : Number.POSITIVE_INFINITY,
    blockBytes: room,
    inputs(engine, pixels, to) {
      const {rowStep, columnStep} = steps(to);
      const planes = {out: to.all, outs: to.rows, outRowStep: rowStep, outColumnStep: columnStep};
      engine.transform({matrix: `inputTiles${m}`, ...pixels, ...planes});
    },
    filters: (engine, weights, room) => engine.transformPacked({matrix: `filterTiles${m}`, ...weights}, room),
    outputs(engine, products, to) {
      const planes = {source: products.all, tiles: products.rows, ...steps(products)};
      engine.transform({matrix: `outputTiles${m}`, ...planes, ...to});
    },
    errors: (engine, pixels, room) => engine.transformPacked({matrix: `errorTiles${m}`, ...pixels}, room),
    gradients(engine, sums, to) {
      engine.transform({matrix: `gradientTiles${m}`, source: sums.all, tiles: sums.rows, ...steps(sums), ...to});
    },
  };
}

function whyNot(info: Conv2DInfo): true | string {
  if (info.kind !== 'dense') return 'a depthwise convolution has no sum over channels to make matrix products of';
  if (info.filterHeight !== 3 || info.filterWidth !== 3) return 'it computes 3×3 filters only';
  if (info.strideHeight > 1 || info.strideWidth > 1) return 'its tiles need stride 1';
  return (info.dilationHeight === 1 && info.dilationWidth === 1) || 'its tiles need dilation 1';
}

function costOf(m: 2 | 4, info: Conv2DInfo, pass: Pass): Cost {
  const {batch, inChannels: C, outChannels: F} = info;
  const tiles = batch * Math.ceil(info.outHeight / m) * Math.ceil(info.outWidth / m);
  const elements = (m + 2) ** 2;
  const moved = elements * (tiles * (C + F) + C * F);
  return {
    // Those of the definition, which effective rates are counted in; what is done is m²·9/(m + 2)² times less, and the transforms.
    flops: flopsOf(info),
    bytes: 4 * (sizeOf(info, 'x') + sizeOf(info, 'filter') + sizeOf(info, 'y') + 2 * moved),
    workspaceBytes: 4 * (elements + 9) * C * F + 2 * blockBytes(elements, C, F),
    work: workOf(m, info, pass),
  };
}

function workOf(m: 2 | 4, info: Conv2DInfo, pass: Pass): Work {
  const {batch, inChannels: C, outChannels: F} = info;
  const elements = (m + 2) ** 2;
  const tilesOf = (height: number, width: number) => batch * Math.ceil(height / m) * Math.ceil(width / m);
  const [x, y, filter] = [sizeOf(info, 'x'), sizeOf(info, 'y'), sizeOf(info, 'filter')];
  const blocksOf = (tiles: number) => Math.ceil((4 * elements * tiles * (C + F)) / blockBytes(elements, C, F));
  if (pass === 'backpropFilter') {
    const tiles = tilesOf(info.outHeight, info.outWidth);
    return together(
      products({kind: 'outer', rows: C, depth: tiles, columns: F}, elements, blocksOf(tiles), blocksOf(tiles)),
      turned(`inputTiles${m}`, tiles, vectors(C)),
      turned(`errorTiles${m}`, tiles, packedVectors(F)),
      turned(`gradientTiles${m}`, C, vectors(F)),
      {copied: 4 * (x + y + filter)},
    );
  }
  const forward = pass === 'forward';
  const tiles = forward ? tilesOf(info.outHeight, info.outWidth) : tilesOf(info.inHeight, info.inWidth);
  const [from, to] = forward ? [C, F] : [F, C];
  return together(
    products({kind: 'gather', rows: tiles, depth: from, columns: to}, elements, blocksOf(tiles), blocksOf(tiles)),
    turned(`inputTiles${m}`, tiles, vectors(from)),
    turned(`filterTiles${m}`, (4 * filter > nearBytes ? 3 : 1) * from, packedVectors(to)),
    turned(`outputTiles${m}`, tiles, vectors(to)),
    {copied: 4 * (x + y + (forward ? filter : 0)), packed: forward ? 0 : 4 * filter},
  );
}

/** Roundings of one product of a small matrix: of its constants, their products and their sums. */
const roundings = 2;

/**
 * A result is Σ of products of one element of each input with six constants of the matrices, and each passes at most n roundings, so the error is at most
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
  const [inputs, filters, outputs] = (['inputTiles', 'filterTiles', 'outputTiles'] as const).map((name) =>
    // Gradients have the same matrices turned, whose rows may have as many terms as these have columns.
    Math.max(...tileMatrix(`${name}${m}`).map((row) => Math.max(row.length, tileMatrix(`${name}${m}`).length))),
  );
  const tiles = info.batch * Math.ceil(info.outHeight / m) * Math.ceil(info.outWidth / m);
  const sums = {forward: info.inChannels, backpropInput: info.outChannels, backpropFilter: tiles}[pass];
  return {terms: sums + 2 * (inputs + filters + outputs + 3 * roundings), magnitudes};
}
