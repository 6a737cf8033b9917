import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {flopsOf, sizeOf} from '../../../geometry/pass.js';
import type {ProductCount} from '../cost.js';
import {costFrom} from '../cost.js';
import type {Setting} from '../device.js';
import {geometryUniforms} from '../geometryUniforms.js';
import {type PassSteps, stepsImplementation} from '../passSteps.js';
import {splitKWithSum} from '../splitK.js';
import type {Step} from '../step.js';
import {counters, type Name, tileShader, transposeFilter, transposeFilterByFours} from './shaders.js';
import type {Variant} from './variant.js';

/** The steps of a pass; the shaders describe what each computes. */
export const implicitGemmSteps: PassSteps = (info, pass, a, b, setting) => stepsOfPass[pass](info, a, b, setting);

type StepsOfPass = (info: Conv2DInfo, a: TensorInfo, b: TensorInfo, setting: Setting) => Step[];
const stepsOfPass: Readonly<Record<'forward' | 'backpropInput' | 'backpropFilter', StepsOfPass>> = {
  forward(info, a, b, {threads: wanted}) {
    const {inChannels: C, outChannels: F} = info;
    const fours = byFours(info);
    const pixels = info.batch * info.outHeight * info.outWidth;
    const variant = {rows: 8, columns: sideOf(F, fours), fours} as const;
    const across = Math.ceil(F / variant.columns);
    const step = {
      ...{shader: tileShader('forward', variant), reads: [a, b], size: sizeOf(info, 'y')},
      ...{threads: across * Math.ceil(pixels / 8), uniforms: {...geometryUniforms(info), tiles: [across]}},
    };
    return splitKWithSum(wanted, C, fours ? 4 : 1, 0, step, F);
  },

  backpropInput(info, a, b, {threads: wanted}) {
    const {inChannels: C, outChannels: F} = info;
    const isFew = C < 4;
    const fours = isFew ? F % 4 === 0 : byFours(info);
    const {steps, groups} = groupsOf(info);
    const pixels = info.batch * steps[0] * steps[1];
    const columns = isFew ? (C > 1 ? 3 : 1) : sideOf(C, fours);
    const variant: Variant = {rows: 8, columns, fours};
    const across = Math.ceil(C / variant.columns);
    const step = {
      ...{shader: tileShader(isFew ? 'backpropInputFewChannels' : 'backpropInput', variant), size: sizeOf(info, 'dx')},
      threads: across * groups[0] * groups[1] * Math.ceil(pixels / 8),
      uniforms: {...geometryUniforms(info), tiles: [across], steps, groups: [groups[1]]},
    };
    if (isFew) return splitKWithSum(wanted, F, fours ? 4 : 1, 0, {...step, reads: [a, b]});
    const size = sizeOf(info, 'filter');
    const transposed = {
      ...{
        shader: fours ? transposeFilterByFours : transposeFilter,
        reads: [b],
        size,
        threads: fours ? size / 16 : size,
      },
      uniforms: {channels: [C, F]},
    };
    return [transposed, ...splitKWithSum(wanted, F, fours ? 4 : 1, 1, {...step, reads: [a, 0]})];
  },

  backpropFilter(info, a, b, {threads: wanted, sums}) {
    const {inChannels: C, outChannels: F} = info;
    const taps = info.filterHeight * info.filterWidth;
    const isFew = C < 4;
    const variant = isFew ? tileOfFewChannels(F) : filterTileOf(info, sums);
    const across = Math.ceil(F / variant.columns);
    const down = Math.ceil((isFew ? taps * C : C) / variant.rows);
    const name: Name = isFew ? 'backpropFilterFewChannels' : 'backpropFilter';
    return splitKWithSum(wanted, info.batch * info.outHeight * info.outWidth, 1, 0, {
      ...{shader: tileShader(name, variant), reads: [a, b], size: sizeOf(info, 'dFilter')},
      ...{threads: down * across * (isFew ? 1 : taps), uniforms: {...geometryUniforms(info), tiles: [down, across]}},
    });
  },
};

/** Whether both inputs and the result are read and written four channels at a time. */
function byFours({inChannels, outChannels}: Conv2DInfo): boolean {
  return inChannels % 4 === 0 && outChannels % 4 === 0;
}

/** The tile of dFilter: input channels by output channels. */
function filterTileOf(info: Conv2DInfo, sums: Setting['sums']): Variant {
  const fours = byFours(info);
  const columns = Math.min(sideOf(info.outChannels, fours), sums / 16) as 4 | 8 | 16;
  return {rows: columns > 4 && sideOf(info.inChannels, fours) > 8 ? 16 : 8, columns, fours};
}

/** The tile of dFilter below 4 input channels: weights by output channels. */
function tileOfFewChannels(channels: number): Variant {
  const fours = channels % 4 === 0;
  const side = sideOf(channels, fours);
  return {rows: 9, columns: fours && side === 4 ? 8 : side, fours};
}

/** The side of a tile that runs along so many channels. */
function sideOf(channels: number, fours: boolean): 4 | 8 | 16 {
  if (fours && channels % 16 === 0) return 16;
  return channels > 4 ? 8 : 4;
}

/** `steps` are the pixels of one residue modulo the stride, and `groups` the number of residues, both as [height, width]. */
function groupsOf({inHeight, inWidth, strideHeight, strideWidth}: Conv2DInfo) {
  return {
    steps: [Math.ceil(inHeight / strideHeight), Math.ceil(inWidth / strideWidth)],
    groups: [Math.min(strideHeight, inHeight), Math.min(strideWidth, inWidth)],
  };
}

/** The products of the definition. dX may make more, because it also multiplies zeros beside dy. */
const implicitGemmProducts: ProductCount = (info, pass) => {
  if (pass !== 'backpropInput') return flopsOf(info) / 2;
  const {strideHeight, strideWidth, filterHeight, filterWidth, outChannels} = info;
  const reached = (sizeOf(info, 'dx') * filterHeight * filterWidth * outChannels) / strideHeight / strideWidth;
  return Math.max(flopsOf(info) / 2, reached);
};

/**
 * Dense convolutions as products of im2col rows in register tiles. The rows are gathered while they are read: there is no column matrix,
 * and threads share no memory. Source: https://arxiv.org/abs/1907.02129.
 */
export const implicitGemm = stepsImplementation('implicitGemm', implicitGemmSteps, {
  ...costFrom(implicitGemmSteps, implicitGemmProducts),
  counters,
  supports: ({kind}) =>
    kind === 'dense' || 'a depthwise convolution has no sum over channels to make a matrix product of',
});
