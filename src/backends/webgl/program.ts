import type {Conv2DInfo, Kind} from '../../geometry/conv2dInfo.js';
import {type Pass, passTensors, shapeOf, type TensorName} from '../../geometry/pass.js';
import {backpropFilter} from './backpropFilter.js';
import {backpropInput} from './backpropInput.js';
import {backpropFilter as depthwiseBackpropFilter} from './depthwise/backpropFilter.js';
import {backpropInput as depthwiseBackpropInput} from './depthwise/backpropInput.js';
import {forward as depthwiseForward} from './depthwise/forward.js';
import {forward} from './forward.js';

/** tfjs's `GPGPUProgram`, which is a plain object: what `runWebGLProgram` compiles, and caches by its text. */
export interface WebGLProgram {
  variableNames: string[];
  outputShape: number[];
  userCode: string;
  packedInputs: boolean;
  packedOutput: boolean;
  enableShapeUniforms: boolean;
  customUniforms: {name: string; type: 'ivec2'}[];
}

/** By name, `[height, width]` each, in the order of the program's `customUniforms`. */
export type Uniforms = Record<'stride' | 'dilation' | 'pad' | 'tapStep', [number, number]>;

const shaders: Readonly<Record<Kind, Readonly<Record<Pass, string>>>> = {
  dense: {forward, backpropInput, backpropFilter},
  depthwise: {
    forward: depthwiseForward,
    backpropInput: depthwiseBackpropInput,
    backpropFilter: depthwiseBackpropFilter,
  },
};

/** The tensors' names in GLSL, where `filter` is a reserved word. */
const names: Partial<Record<TensorName, string>> = {x: 'x', dy: 'dy', filter: 'Filter'};

/**
 * What the shaders share. In tfjs's packed textures a texel of a tensor `[…, rows, columns]` holds 2 × 2 elements:
 * lanes `xy` are two columns of an even row, `zw` the same columns of the next row. Rows are W (C of a filter), columns are
 * channels. Where a size is odd, the lanes past it hold anything, NaN too, so a shader skips them: 0 · NaN would be NaN.
 */
const shared = `
  // The two columns of one row.
  vec2 lanes(vec4 texel, int row) {
    return row % 2 == 0 ? texel.xy : texel.zw;
  }

  // One element of the texel that holds it.
  float element(vec4 texel, int row, int column) {
    vec2 pair = lanes(texel, row);
    return column % 2 == 0 ? pair.x : pair.y;
  }

  // The steps t in [0, count) with 0 <= start + t * step < size, as [x, y).
  ivec2 stepsInside(int start, int step, int count, int size) {
    int begin = max(0, step - 1 - start) / step;
    int end = max(0, size - start + step - 1) / step;
    return ivec2(begin, min(count, end));
  }

  // The taps t = x, x + tapStep, ... < y through which an output in [0, size) reads the input at reach - pad. That
  // output is (reach - t * dilation) / stride.
  ivec2 tapsReaching(int reach, int stride, int dilation, int tapStep, int count, int size) {
    int begin = max(0, reach - (size - 1) * stride + dilation - 1) / dilation;
    int end = min(count, reach / dilation + 1);
    int searched = min(end, begin + tapStep);
    while (begin < searched && (reach - begin * dilation) % stride != 0) begin++;
    return begin < searched ? ivec2(begin, end) : ivec2(0);
  }

  // Padding lanes are written as 0, because tfjs's packed matMul multiplies them.
  void setOutputLanes(ivec4 at, vec4 value) {
    bool lastRow = at.z + 1 == outShape.z, lastColumn = at.w + 1 == outShape.w;
    setOutput(vec4(value.x, lastColumn ? 0. : value.y, lastRow ? 0. : value.z, lastRow || lastColumn ? 0. : value.w));
  }
`;

/**
 * The program of a pass and the values of its uniforms.
 *
 * Every size is a uniform (`xShape`, `dyShape`, `FilterShape` and `outShape` are tfjs's own), so a new shape compiles
 * nothing, but for what tfjs 4.22 keeps in its key for samplers that these shaders never call: per input, which of its
 * dimensions are 1 where the output has more in the same place, and whether a tensor has one element. So a network meets
 * one program per pass for its k × k layers, and others for 1 × 1 layers, a one-channel image and batch 1.
 */
export function program(info: Conv2DInfo, pass: Pass): {program: WebGLProgram; uniforms: Uniforms} {
  const {strideHeight, strideWidth, dilationHeight, dilationWidth} = info;
  const uniforms: Uniforms = {
    stride: [strideHeight, strideWidth],
    dilation: [dilationHeight, dilationWidth],
    pad: [info.padTop, info.padLeft],
    tapStep: [strideHeight / gcd(strideHeight, dilationHeight), strideWidth / gcd(strideWidth, dilationWidth)],
  };
  const {inputs, output} = passTensors[pass];
  return {
    program: {
      variableNames: inputs.map((name) => names[name]!),
      outputShape: shapeOf(info, output),
      userCode: shared + shaders[info.kind][pass],
      packedInputs: true,
      packedOutput: true,
      enableShapeUniforms: true,
      customUniforms: Object.keys(uniforms).map((name) => ({name, type: 'ivec2'})),
    },
    uniforms,
  };
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
