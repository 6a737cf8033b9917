import type {Conv2DInfo, Kind} from '../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, shapeOf, type TensorName} from '../../../geometry/pass.js';
import {tapGeometry} from '../../gpu/tapGeometry.js';
import {commonGlsl, integerDivision} from '../draw/glsl.js';
import {backpropFilter} from './backpropFilter.js';
import {backpropInput} from './backpropInput.js';
import {forward} from './forward.js';

/** tfjs's `GPGPUProgram`, a plain object that `runWebGLProgram` compiles and caches by its text. */
export interface WebGLProgram {
  variableNames: string[];
  outputShape: number[];
  userCode: string;
  packedInputs: boolean;
  packedOutput: boolean;
  enableShapeUniforms: boolean;
  customUniforms: {name: string; type: 'int' | 'ivec2' | 'ivec4' | 'float'}[];
}

/** Values by name, in the order of the program's `customUniforms`. */
export type Uniforms = ReturnType<typeof tapGeometry>;

const shaders: Readonly<Record<Pass, Readonly<Record<Kind, string>>>> = {forward, backpropInput, backpropFilter};

/** Names of the tensors in GLSL, which reserves the word `filter`. */
const names: Partial<Record<TensorName, string>> = {x: 'x', dy: 'dy', filter: 'Filter'};

/**
 * The program of a pass and the values of its uniforms.
 *
 * Every size is a uniform (`xShape`, `dyShape`, `FilterShape` and `outShape` are tfjs's own), so a new shape needs no new program, with one
 * exception. The key of a program in tfjs 4.22 also describes samplers that these shaders never call. It tells which dimensions of each
 * input are 1 where the output has more in the same place, and whether a tensor has one element. So a network compiles one program per pass
 * for its k×k layers, and others for 1×1 layers, a one-channel image and batch 1.
 */
export function program(info: Conv2DInfo, pass: Pass): {program: WebGLProgram; uniforms: Uniforms} {
  const uniforms = tapGeometry(info);
  const {inputs, output} = passTensors[pass];
  return {
    program: {
      variableNames: inputs.map((name) => names[name]!),
      outputShape: shapeOf(info, output),
      userCode: integerDivision + commonGlsl + shaders[pass][info.kind],
      packedInputs: true,
      packedOutput: true,
      enableShapeUniforms: true,
      customUniforms: Object.keys(uniforms).map((name) => ({name, type: 'ivec2'})),
    },
    uniforms,
  };
}
