import type {TensorInfo} from '@tensorflow/tfjs';
import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, shapeOf} from '../../../geometry/pass.js';
import {stepsOf} from '../../gpu/steps.js';
import type {Fusion} from '../../implementation.js';
import {runCut} from '../cut.js';
import {epilogueInputs} from '../epilogue.js';
import type {WebGLProgram} from '../program.js';
import {texelShape} from '../rectangles.js';
import {mostTargetsOf} from '../targets.js';
import {device, type WebGLBackend} from '../tfjsBackend.js';
import {pointwiseBlock, pointwiseCut} from './pointwise.js';
import type {Texts} from './texts.js';

/** What a pass is run with. */
export interface Given {
  backend: WebGLBackend;
  texts: Texts;
  info: Conv2DInfo;
  pass: Pass;
  /** Packed, as they lie. */
  inputs: readonly TensorInfo[];
  fusion: Fusion | undefined;
  /** Takes what is to be released afterwards. */
  hold(tensor: TensorInfo): TensorInfo;
}

export function runDepthwise({backend, texts, info, pass, inputs, fusion}: Given): TensorInfo {
  const beside = epilogueInputs(fusion);
  const uniforms = stepsOf(info);
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
  const values = [...Object.values(uniforms), [fusion?.leakyreluAlpha ?? 0]];
  return backend.runWebGLProgram(program, [...inputs, ...beside.map(([, tensor]) => tensor)], 'float32', values);
}

export function runPointwise({backend, texts, info, pass, inputs, fusion, hold}: Given): TensorInfo {
  const isForward = pass === 'forward';
  const block = pointwiseBlock(info, isForward, mostTargetsOf(backend));
  const [source, result] = [shapeOf(info, passTensors[pass].inputs[0]), shapeOf(info, passTensors[pass].output)];
  const program = {
    text: texts.compute,
    samplers: ['source', 'weights'],
    uniforms: {
      ...{sourceShape: texelShape(source), terms: [source[3]]},
      step: [info.strideHeight, info.strideWidth],
    },
  };
  const cut = pointwiseCut(info, pass, block, device().maxSide);
  return runCut(backend, {program, inputs, result, cut, targets: block.targets, fusion}, hold);
}
