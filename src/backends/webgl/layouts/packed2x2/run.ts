import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {Conv2DInfo} from '../../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, shapeOf} from '../../../../geometry/pass.js';
import {tapGeometry} from '../../../gpu/tapGeometry.js';
import type {TensorEpilogue} from '../../../implementation.js';
import {device, type WebGLBackend} from '../../device/tfjsBackend.js';
import type {WebGLProgram} from '../../direct/program.js';
import {drawBufferLimit} from '../../draw/drawBuffers.js';
import {runTiled} from '../../draw/tiling.js';
import {epilogueVectors} from '../../epilogue.js';
import {pointwiseTile, pointwiseTiling} from '../../pointwise/packed2x2.js';
import {texelShape} from '../../texture/rectangles.js';
import type {Packed2x2Shaders} from './shaders.js';

/** What a pass runs with. */
export interface PassRun {
  backend: WebGLBackend;
  texts: Packed2x2Shaders;
  info: Conv2DInfo;
  pass: Pass;
  /** Packed, as they lie in their textures. */
  inputs: readonly TensorInfo[];
  epilogue: TensorEpilogue | undefined;
  /** Takes a tensor to release afterwards, and returns it. */
  track(tensor: TensorInfo): TensorInfo;
}

export function runDepthwise({backend, texts, info, pass, inputs, epilogue}: PassRun): TensorInfo {
  const beside = epilogueVectors(epilogue);
  const uniforms = tapGeometry(info);
  const program: WebGLProgram = {
    variableNames: ['source', 'Filter', ...beside.map(([name]) => name)],
    outputShape: shapeOf(info, passTensors[pass].output),
    userCode: texts.compute,
    ...{packedInputs: true, packedOutput: true, enableShapeUniforms: true},
    customUniforms: [
      ...Object.keys(uniforms).map((name) => ({name, type: 'ivec2' as const})),
      {name: 'alpha', type: 'float'},
    ],
  };
  const values = [...Object.values(uniforms), [epilogue?.leakyreluAlpha ?? 0]];
  return backend.runWebGLProgram(program, [...inputs, ...beside.map(([, tensor]) => tensor)], 'float32', values);
}

export function runPointwise({backend, texts, info, pass, inputs, epilogue, track}: PassRun): TensorInfo {
  const isForward = pass === 'forward';
  const tile = pointwiseTile(info, isForward, drawBufferLimit(backend));
  const [source, result] = [shapeOf(info, passTensors[pass].inputs[0]), shapeOf(info, passTensors[pass].output)];
  const program = {
    text: texts.compute,
    samplers: ['source', 'weights'],
    uniforms: {
      ...{sourceShape: texelShape(source), terms: [source[3]]},
      step: [info.strideHeight, info.strideWidth],
    },
  };
  const tiling = pointwiseTiling(info, pass, tile, device().maxSide);
  return runTiled(backend, {program, inputs, result, tiling, drawBuffers: tile.drawBuffers, epilogue}, track);
}
