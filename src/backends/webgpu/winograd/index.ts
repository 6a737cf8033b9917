import {type CoverageCounter, makeCounters} from '../../../engine/coverageCounter.js';
import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, sizeOf} from '../../../geometry/pass.js';
import {costFrom} from '../cost.js';
import type {Setting} from '../device.js';
import type {Variant} from '../implicitGemm/variant.js';
import {defaultSetting, type PassSteps, stepsImplementation} from '../passSteps.js';
import {splitK} from '../splitK.js';
import type {Shader, Step, Uniforms} from '../step.js';
import {batchedGemm, batchedGemmTransposed} from './batchedGemm.js';
import {
  type BatchedGemmShape,
  batchedGemmShapeOf,
  largest,
  matrixCount,
  sharing,
  tileGridOf,
  unit,
  winogradProducts,
} from './batchedGemmShape.js';
import {filters, flippedFilters} from './filterTransform.js';
import {tilesShader} from './inputTransform.js';
import {gradients, outputs} from './outputTransform.js';

const shaders = {
  tiles: shaderOf('tiles', tilesShader('inputTiles2', 4), ['source'], [4, 4]),
  dyTiles: shaderOf('tiles of dy', tilesShader('errorTiles2', 2), ['source'], [4, 4]),
  filters: shaderOf('filters', filters, ['Filter'], [4, 4]),
  flippedFilters: shaderOf('flipped filters', flippedFilters, ['Filter'], [1, 4]),
  outputs: {...shaderOf('outputs', outputs, ['products'], [4, 4]), epilogue: 'vec4<f32>' as const},
  gradients: shaderOf('gradients', gradients, ['products'], [4, 4]),
};

function shaderOf(what: string, code: string, inputs: string[], components: number[]): Shader {
  const name = `winograd ${what}`;
  return {name, code, inputs, components, counter: makeCounters([`${name} shader`])[0]};
}

/** The shaders of a product, by rows and columns of a thread's tile. */
function productsOf(what: string, code: (variant: Variant) => string, inputs: string[]) {
  const sizes = [8, 16] as const;
  return sizes.map((rows) =>
    sizes.map((columns) => ({
      ...shaderOf(`${what} ${rows}×${columns}`, code({rows, columns, fours: true}), inputs, [4, 4, 4]),
      term: {sums: rows * columns, loads: [rows / 4, columns / 4]},
    })),
  );
}
const gemmShaders = productsOf('products', batchedGemm, ['tiles', 'filters']);
const gemmTransposedShaders = productsOf('transposed products', batchedGemmTransposed, ['tiles', 'dyTiles']);

const counters: readonly CoverageCounter[] = [Object.values(shaders), gemmShaders, gemmTransposedShaders]
  .flat(2)
  .map(({counter}) => counter as CoverageCounter);

/** The steps of a pass: transform tiles and filters, multiply matrix by matrix, transform back. */
export const winogradSteps: PassSteps = (info, pass, a, b, setting) => {
  const {inChannels: C, outChannels: F} = info;
  const [from, to, pad] =
    pass === 'backpropInput' ? [F, C, [2 - info.padTop, 2 - info.padLeft]] : [C, F, [info.padTop, info.padLeft]];
  const {image, uniforms: grid, tiles} = tileGridOf(info, pass);
  const seen = pass === 'backpropInput' ? [info.outHeight, info.outWidth] : [info.inHeight, info.inWidth];
  const size = sizeOf(info, passTensors[pass].output);
  const transform = (
    shader: Shader,
    read: Step['reads'][0],
    channelBlocks: number,
    rows: number,
    uniforms: Uniforms,
  ): Step => ({
    ...{shader, reads: [read], size: matrixCount * 4 * channelBlocks * rows, threads: channelBlocks * rows},
    uniforms: {...uniforms, channelBlocks: [channelBlocks]},
  });
  const inputs = transform(shaders.tiles, a, from / 4, tiles, {...grid, image: seen, origin: pad});
  const channels = {channels: [C, F]};
  if (pass === 'backpropFilter') {
    const dyTiles = transform(shaders.dyTiles, b, F / 4, tiles, {...grid, image, origin: [0, 0]});
    const {slices, ...product} = multiply(setting, gemmTransposedShaders, batchedGemmShapeOf(info, pass, tiles));
    const result = {shader: shaders.gradients, reads: [2], size, threads: (C * F) / 4, uniforms: {slices: [slices]}};
    return [inputs, dyTiles, product, result];
  }
  const weights =
    pass === 'forward'
      ? transform(shaders.filters, b, F / 4, C, channels)
      : transform(shaders.flippedFilters, b, C / 4, F, channels);
  const {slices, ...product} = multiply(setting, gemmShaders, batchedGemmShapeOf(info, pass, tiles));
  const result = {
    ...{shader: shaders.outputs, reads: [2], size, threads: (tiles * to) / 4},
    uniforms: {...grid, image, channelBlocks: [to / 4], slices: [slices]},
  };
  return [inputs, weights, product, result];
};

/** The step that multiplies the results of steps 0 and 1, matrix by matrix. */
function multiply(setting: Setting, products: Shader[][], product: BatchedGemmShape) {
  const {rows, depth, width} = product;
  const {isHigh, isWide, tiles, threads} = sharing(setting, product);
  return splitK(setting.threads, depth, unit, {
    ...{shader: products[Number(isHigh)][Number(isWide)], reads: [0, 1], size: matrixCount * rows * width, threads},
    uniforms: {tiles, rows: [rows], depth: [depth], width: [width]},
  });
}

/** The bytes that every WebGPU device can bind at once: https://www.w3.org/TR/webgpu/#limits. */
const bindable = 2 ** 27;

function whyNot(info: Conv2DInfo, pass: Pass): true | string {
  if (info.kind !== 'dense') return 'a depthwise convolution has no sum over channels to make matrix products of';
  if (info.filterHeight !== 3 || info.filterWidth !== 3) return 'it computes 3×3 filters only';
  if (info.strideHeight > 1 || info.strideWidth > 1) return 'its tiles need stride 1';
  if (info.dilationHeight > 1 || info.dilationWidth > 1) return 'its tiles need dilation 1';
  if (info.inChannels % 4 > 0 || info.outChannels % 4 > 0) return 'its channels come by fours';
  const bytes = 4 * largest(defaultSetting, info, pass);
  return (
    bytes <= bindable ||
    `its transformed tiles would take ${bytes} bytes, and some devices bind no more than ${bindable}`
  );
}

/**
 * Winograd's F(2×2, 3×3), which makes 16 products for each 36 of the definition. dFilter uses F(3×3, 2×2) with the same matrices. Exactness
 * on integers and the error bound on reals are those of the host's `winograd`. Source: https://arxiv.org/abs/1509.09308.
 */
export const winograd = stepsImplementation('winograd', winogradSteps, {
  supports: whyNot,
  ...costFrom(winogradSteps, winogradProducts),
  counters,
});
