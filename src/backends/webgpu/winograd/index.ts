import {makeParts, type Part} from '../../../engine/part.js';
import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, sizeOf} from '../../../geometry/pass.js';
import {counted} from '../cost.js';
import type {Setting} from '../device.js';
import type {Variant} from '../gather/variant.js';
import {anySetting, byPlan, type Plan} from '../plan.js';
import {sliced} from '../slices.js';
import type {Shader, Step, Uniforms} from '../step.js';
import {planes, winogradProducts} from './cost.js';
import {filters, turnedFilters} from './filters.js';
import {gathered, outer} from './products.js';
import {gradients, outputs} from './results.js';
import {gridOf, largest, type Product, productOf, sharing, unit} from './sizes.js';
import {tilesShader} from './tiles.js';

const shaders = {
  tiles: shaderOf('tiles', tilesShader('inputTiles2', 4), ['source'], [4, 4]),
  errors: shaderOf('tiles of dy', tilesShader('errorTiles2', 2), ['source'], [4, 4]),
  filters: shaderOf('filters', filters, ['Filter'], [4, 4]),
  turnedFilters: shaderOf('turned filters', turnedFilters, ['Filter'], [1, 4]),
  outputs: {...shaderOf('outputs', outputs, ['products'], [4, 4]), finish: 'vec4<f32>' as const},
  gradients: shaderOf('gradients', gradients, ['products'], [4, 4]),
};

function shaderOf(what: string, code: string, inputs: string[], components: number[]): Shader {
  const name = `winograd ${what}`;
  return {name, code, inputs, components, part: makeParts([`${name} shader`])[0]};
}

/** The shaders of the product, by rows and columns of a tile. */
function productsOf(what: string, code: (variant: Variant) => string, inputs: string[]) {
  const sizes = [8, 16] as const;
  return sizes.map((rows) =>
    sizes.map((columns) => ({
      ...shaderOf(`${what} ${rows}×${columns}`, code({rows, columns, fours: true}), inputs, [4, 4, 4]),
      term: {sums: rows * columns, loads: [rows / 4, columns / 4]},
    })),
  );
}
const gatheredProducts = productsOf('products', gathered, ['tiles', 'filters']);
const outerProducts = productsOf('outer products', outer, ['tiles', 'errors']);

export const parts: readonly Part[] = [Object.values(shaders), gatheredProducts, outerProducts]
  .flat(2)
  .map(({part}) => part as Part);

/** The steps of a pass: turn tiles and what they are multiplied with, multiply plane by plane, turn back. */
export const winogradPlan: Plan = (info, pass, a, b, setting) => {
  const {inChannels: C, outChannels: F} = info;
  const [from, to, pad] =
    pass === 'backpropInput' ? [F, C, [2 - info.padTop, 2 - info.padLeft]] : [C, F, [info.padTop, info.padLeft]];
  const {image, uniforms: grid, tiles} = gridOf(info, pass);
  const seen = pass === 'backpropInput' ? [info.outHeight, info.outWidth] : [info.inHeight, info.inWidth];
  const size = sizeOf(info, passTensors[pass].output);
  const turn = (shader: Shader, read: Step['reads'][0], quads: number, rows: number, uniforms: Uniforms): Step => ({
    ...{shader, reads: [read], size: planes * 4 * quads * rows, threads: quads * rows},
    uniforms: {...uniforms, quads: [quads]},
  });
  const inputs = turn(shaders.tiles, a, from / 4, tiles, {...grid, image: seen, origin: pad});
  const channels = {channels: [C, F]};
  if (pass === 'backpropFilter') {
    const errors = turn(shaders.errors, b, F / 4, tiles, {...grid, image, origin: [0, 0]});
    const {slices, ...product} = multiply(setting, outerProducts, productOf(info, pass, tiles));
    const result = {shader: shaders.gradients, reads: [2], size, threads: (C * F) / 4, uniforms: {slices: [slices]}};
    return [inputs, errors, product, result];
  }
  const weights =
    pass === 'forward'
      ? turn(shaders.filters, b, F / 4, C, channels)
      : turn(shaders.turnedFilters, b, C / 4, F, channels);
  const {slices, ...product} = multiply(setting, gatheredProducts, productOf(info, pass, tiles));
  const result = {
    ...{shader: shaders.outputs, reads: [2], size, threads: (tiles * to) / 4},
    uniforms: {...grid, image, quads: [to / 4], slices: [slices]},
  };
  return [inputs, weights, product, result];
};

/** The product for each plane, of the results of the steps 0 and 1. */
function multiply(setting: Setting, products: Shader[][], product: Product) {
  const {rows, depth, width} = product;
  const {isHigh, isWide, tiles, threads} = sharing(setting, product);
  return sliced(setting.threads, depth, unit, {
    ...{shader: products[Number(isHigh)][Number(isWide)], reads: [0, 1], size: planes * rows * width, threads},
    uniforms: {tiles, rows: [rows], depth: [depth], width: [width]},
  });
}

/** Bytes that every device of WebGPU binds at once: https://www.w3.org/TR/webgpu/#limits. */
const bindable = 2 ** 27;

function whyNot(info: Conv2DInfo, pass: Pass): true | string {
  if (info.kind !== 'dense') return 'a depthwise convolution has no sum over channels to make matrix products of';
  if (info.filterHeight !== 3 || info.filterWidth !== 3) return 'it computes 3×3 filters only';
  if (info.strideHeight > 1 || info.strideWidth > 1) return 'its tiles need stride 1';
  if (info.dilationHeight > 1 || info.dilationWidth > 1) return 'its tiles need dilation 1';
  if (info.inChannels % 4 > 0 || info.outChannels % 4 > 0) return 'its channels come by fours';
  const bytes = 4 * largest(anySetting, info, pass);
  return bytes <= bindable || `its planes would take ${bytes} bytes, and some devices bind no more than ${bindable}`;
}

/**
 * Winograd's F(2×2, 3×3), with 16 products for each 36 of the definition; dFilter by F(3×3, 2×2) of the same matrices. Exactness on whole numbers and
 * the bound on others are those of the algorithm of that name on the host. Source: https://arxiv.org/abs/1509.09308.
 */
export const winograd = byPlan('winograd', winogradPlan, {
  supports: whyNot,
  ...counted(winogradPlan, winogradProducts),
});
