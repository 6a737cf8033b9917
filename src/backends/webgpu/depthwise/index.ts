import type {TensorInfo} from '@tensorflow/tfjs-core';
import {type CoverageCounter, makeCounters} from '../../../engine/coverageCounter.js';
import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {passTensors, sizeOf} from '../../../geometry/pass.js';
import {costFrom} from '../cost.js';
import {geometryUniforms} from '../geometryUniforms.js';
import {type PassSteps, stepsImplementation} from '../passSteps.js';
import {splitKWithSum} from '../splitK.js';
import type {Shader, Step, Uniforms} from '../step.js';
import {backpropFilter, taps} from './backpropFilter.js';
import {backpropInput} from './backpropInput.js';
import {pixels, shader} from './shader.js';

const shaders = [false, true].map((sliding): Shader => {
  const name = `depthwise ${sliding ? 'sliding' : 'tap by tap'}`;
  const [counter] = makeCounters([`${name} shader`]);
  return {
    ...{
      name,
      counter,
      code: shader(sliding),
      inputs: ['source', 'Filter'],
      components: [4, 4, 4],
      epilogue: 'vec4<f32>',
    },
    term: {sums: 4 * pixels, loads: [sliding ? 1 : pixels, 1]},
  };
});

const filterShaders = [false, true].map((sliding): Shader => {
  const name = `depthwise backpropFilter ${sliding ? 'sliding' : 'tap by tap'}`;
  const [counter] = makeCounters([`${name} shader`]);
  const term = {sums: 4 * taps, loads: [sliding ? 1 : taps, 1]};
  return {name, counter, code: backpropFilter(sliding), inputs: ['x', 'dy'], components: [4, 4, 4], term};
});

const strided: Shader = {
  ...{name: 'depthwise backpropInput strided', code: backpropInput, inputs: ['dy', 'Filter'], components: [4, 4, 4]},
  term: {sums: 4, loads: [1, 1]},
  counter: makeCounters(['depthwise backpropInput strided shader'])[0],
};

const counters: readonly CoverageCounter[] = [...shaders, ...filterShaders, strided].map(
  ({counter}) => counter as CoverageCounter,
);

/** The steps of a pass; the shaders describe what each computes. */
export const depthwiseSteps: PassSteps = (info, pass, a, b, {threads: wanted}) => {
  if (pass === 'backpropFilter') return filterGradientSteps(info, a, b, wanted);
  if (pass === 'backpropInput' && Math.max(info.strideHeight, info.strideWidth) > 1) return stridedSteps(info, a, b);
  const {strideWidth, dilationWidth, inChannels: C, batch} = info;
  const uniforms: Uniforms =
    pass === 'forward' ? {...geometryUniforms(info), lastTap: [0]} : {...geometryUniforms(info), ...flipped(info)};
  const [height, width] = uniforms['outSize'];
  const channelBlocks = C / 4;
  return [
    {
      shader: shaders[Number(strideWidth === dilationWidth)],
      reads: [a, b],
      size: sizeOf(info, passTensors[pass].output),
      threads: channelBlocks * batch * height * Math.ceil(width / pixels),
      uniforms: {...uniforms, channelBlocks: [channelBlocks]},
    },
  ];
};

function stridedSteps(info: Conv2DInfo, a: TensorInfo, b: TensorInfo): Step[] {
  const size = sizeOf(info, 'dx');
  const uniforms = {...geometryUniforms(info), channelBlocks: [info.inChannels / 4]};
  return [{shader: strided, reads: [a, b], size, threads: size / 4, uniforms}];
}

function filterGradientSteps(info: Conv2DInfo, a: TensorInfo, b: TensorInfo, wanted: number): Step[] {
  const {strideWidth, dilationWidth, inChannels: C, batch, outHeight, outWidth, filterHeight, filterWidth} = info;
  const size = sizeOf(info, 'dFilter');
  return splitKWithSum(wanted, batch * outHeight * outWidth, outWidth, 0, {
    ...{shader: filterShaders[Number(strideWidth === dilationWidth)], reads: [a, b], size},
    threads: (C / 4) * filterHeight * Math.ceil(filterWidth / taps),
    uniforms: {...geometryUniforms(info), channelBlocks: [C / 4]},
  });
}

/** Uniforms that turn dx at stride 1 into a convolution of dy. The padding is (k − 1)·d minus that of x, and the taps run backwards. */
function flipped(info: Conv2DInfo): Uniforms {
  const {filterHeight, filterWidth, dilationHeight, dilationWidth, padTop, padLeft} = info;
  return {
    inSize: [info.outHeight, info.outWidth],
    outSize: [info.inHeight, info.inWidth],
    pad: [(filterHeight - 1) * dilationHeight - padTop, (filterWidth - 1) * dilationWidth - padLeft],
    lastTap: [filterHeight * filterWidth - 1],
  };
}

function whyNot({kind, inChannels, outChannels}: Conv2DInfo): true | string {
  if (kind !== 'depthwise') return 'it computes depthwise convolutions only';
  if (outChannels !== inChannels) return 'it computes one output for each channel only';
  return inChannels % 4 === 0 || 'its channels come by fours';
}

/** Depthwise convolutions of multiplier 1, several adjacent pixels of a row in a thread. Source: https://arxiv.org/abs/1704.04861. */
export const depthwise = stepsImplementation('depthwise', depthwiseSteps, {
  footprint: 'padded',
  supports: whyNot,
  ...costFrom(depthwiseSteps),
  counters,
});
