import {env, type TensorInfo} from '@tensorflow/tfjs';
import type {Conv2DInfo} from '../../geometry/conv2dInfo.js';
import type {Pass} from '../../geometry/pass.js';
import type {BackendFamily, Implementation} from '../implementation.js';
import {program, type WebGLProgram} from './program.js';

/** What the shaders need of tfjs's webgl backend. It packs inputs that are not packed yet, and drops those copies again. */
interface WebGLBackend {
  runWebGLProgram(program: WebGLProgram, inputs: TensorInfo[], dtype: 'float32', uniforms: number[][]): TensorInfo;
}

/**
 * The definition as one fragment shader per pass, on tfjs's packed textures; see {@link program} for what compiles when.
 *
 * Limits: WebGL 2, since the shaders of WebGL 1 have neither loops of variable length nor integer `%`. Sums are float32 on
 * every device, but one without float32 textures stores tensors as float16: 11 significant bits, and Inf from 65 520.
 */
const direct: Implementation = {
  algorithm: 'direct',
  supports: () =>
    env().getNumber('WEBGL_VERSION') === 1
      ? 'this browser has only WebGL 1, whose shaders cannot loop over sizes unknown at compile time; WebGL 2 is needed'
      : true,
  run(pass: Pass, info: Conv2DInfo, a: TensorInfo, b: TensorInfo, backend: object) {
    const {program: shader, uniforms} = program(info, pass);
    return (backend as WebGLBackend).runWebGLProgram(shader, [a, b], 'float32', uniforms);
  },
};

/** tfjs's `webgl` backend. */
export const webglFamily: BackendFamily = {
  backends: ['webgl'],
  implementations: () => [direct],
};
