import type {TensorInfo} from '@tensorflow/tfjs';
import {makeParts, type Part} from '../../../engine/part.js';
import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {passTensors, sizeOf} from '../../../geometry/pass.js';
import {counted} from '../cost.js';
import {geometryOf} from '../geometry.js';
import {byPlan, type Plan} from '../plan.js';
import {slicedWithSum} from '../slices.js';
import type {Shader, Step, Uniforms} from '../step.js';
import {backpropFilter, taps} from './backpropFilter.js';
import {backpropInput} from './backpropInput.js';
import {pixels, shader} from './shader.js';

const shaders = [false, true].map((sliding): Shader => {
  const name = `depthwise ${sliding ? 'sliding' : 'tap by tap'}`;
  const [part] = makeParts([`${name} shader`]);
  return {
    ...{name, part, code: shader(sliding), inputs: ['source', 'Filter'], components: [4, 4, 4], finish: 'vec4<f32>'},
    term: {sums: 4 * pixels, loads: [sliding ? 1 : pixels, 1]},
  };
});

const filterShaders = [false, true].map((sliding): Shader => {
  const name = `depthwise backpropFilter ${sliding ? 'sliding' : 'tap by tap'}`;
  const [part] = makeParts([`${name} shader`]);
  const term = {sums: 4 * taps, loads: [sliding ? 1 : taps, 1]};
  return {name, part, code: backpropFilter(sliding), inputs: ['x', 'dy'], components: [4, 4, 4], term};
});

const strided: Shader = {
  ...{name: 'depthwise backpropInput strided', code: backpropInput, inputs: ['dy', 'Filter'], components: [4, 4, 4]},
  term: {sums: 4, loads: [1, 1]},
  part: makeParts(['depthwise backpropInput strided shader'])[0],
};

export const parts: readonly Part[] = [...shaders, ...filterShaders, strided].map(({part}) => part as Part);

/** The steps of a pass: see the shaders. */
export const depthwisePlan: Plan = (info, pass, a, b, {threads: wanted}) => {
  if (pass === 'backpropFilter') return filterPlan(info, a, b, wanted);
  if (pass === 'backpropInput' && Math.max(info.strideHeight, info.strideWidth) > 1) return stridedPlan(info, a, b);
  const {strideWidth, dilationWidth, inChannels: C, batch} = info;
  const uniforms: Uniforms =
    pass === 'forward' ? {...geometryOf(info), turned: [0]} : {...geometryOf(info), ...transposed(info)};
  const [height, width] = uniforms['outSize'];
  const quads = C / 4;
  return [
    {
      shader: shaders[Number(strideWidth === dilationWidth)],
      reads: [a, b],
      size: sizeOf(info, passTensors[pass].output),
      threads: quads * batch * height * Math.ceil(width / pixels),
      uniforms: {...uniforms, quads: [quads]},
    },
  ];
};

function stridedPlan(info: Conv2DInfo, a: TensorInfo, b: TensorInfo): Step[] {
  const size = sizeOf(info, 'dx');
  const uniforms = {...geometryOf(info), quads: [info.inChannels / 4]};
  return [{shader: strided, reads: [a, b], size, threads: size / 4, uniforms}];
}

function filterPlan(info: Conv2DInfo, a: TensorInfo, b: TensorInfo, wanted: number): Step[] {
  const {strideWidth, dilationWidth, inChannels: C, batch, outHeight, outWidth, filterHeight, filterWidth} = info;
  const size = sizeOf(info, 'dFilter');
  return slicedWithSum(wanted, batch * outHeight * outWidth, outWidth, 0, {
    ...{shader: filterShaders[Number(strideWidth === dilationWidth)], reads: [a, b], size},
    threads: (C / 4) * filterHeight * Math.ceil(filterWidth / taps),
    uniforms: {...geometryOf(info), quads: [C / 4]},
  });
}

/** dx as a convolution of dy at stride 1: its border is what the window has beyond x's, and its last tap comes first. */
function transposed(info: Conv2DInfo): Uniforms {
  const {filterHeight, filterWidth, dilationHeight, dilationWidth, padTop, padLeft} = info;
  return {
    inSize: [info.outHeight, info.outWidth],
    outSize: [info.inHeight, info.inWidth],
    pad: [(filterHeight - 1) * dilationHeight - padTop, (filterWidth - 1) * dilationWidth - padLeft],
    turned: [filterHeight * filterWidth - 1],
  };
}

function whyNot({kind, inChannels, outChannels}: Conv2DInfo): true | string {
  if (kind !== 'depthwise') return 'it computes depthwise convolutions only';
  if (outChannels !== inChannels) return 'it computes one output for each channel only';
  return inChannels % 4 === 0 || 'its channels come by fours';
}

/** Depthwise convolutions with a multiplier of 1, pixels of a row side by side. Source: https://arxiv.org/abs/1704.04861. */
export const depthwise = byPlan('depthwise', depthwisePlan, {
  footprint: 'padded',
  supports: whyNot,
  ...counted(depthwisePlan),
});
