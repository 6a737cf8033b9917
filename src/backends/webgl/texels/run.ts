import type {TensorInfo} from '@tensorflow/tfjs';
import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {type Pass, passTensors, shapeOf} from '../../../geometry/pass.js';
import type {Fusion} from '../../implementation.js';
import {epilogueInputs} from '../epilogue.js';
import {uniformsOf, type WebGLProgram} from '../program.js';
import {assemble, joined} from '../rectangles.js';
import {dividing, placing, shared} from '../shared.js';
import {mostTargetsOf, runTargets} from '../targets.js';
import {device, type WebGLBackend} from '../tfjsBackend.js';
import {pointwiseBlock} from './pointwise.js';
import {pairsOf, sourceOf} from './source.js';
import type {Texts} from './texts.js';
import {cutOf, groupsOf, tileOf} from './tile.js';

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

/** Sizes of an image in texels of channels. */
const texelShape = ([n, h, w, channels]: readonly number[]) => [n, h, w, pairsOf(channels)];

export function runDepthwise({backend, texts, info, pass, inputs, fusion}: Given): TensorInfo {
  const beside = epilogueInputs(fusion);
  const uniforms = uniformsOf(info);
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
  const [n, h, w, channels] = result;
  const part = [Math.ceil((n * h * pairsOf(w)) / block.rows), Math.ceil(pairsOf(channels) / block.columns)] as const;
  const beside = epilogueInputs(fusion);
  const program = {
    text: texts.compute,
    samplers: ['source', 'weights', ...beside.map(([name]) => name)],
    uniforms: {
      ...{sourceShape: texelShape(source), resultShape: texelShape(result), channels: [channels], terms: [source[3]]},
      ...{step: isForward ? [info.strideHeight, info.strideWidth] : [1, 1], part},
    },
    floats: {alpha: fusion?.leakyreluAlpha ?? 0},
    targets: block.targets,
  };
  const vectors = beside.map(([, tensor]) => sourceOf(backend, tensor, hold).tensor);
  const targets = runTargets(backend, program, [...inputs, ...vectors], part).map(hold);
  return assemble(backend, targets, part, block.columns, result);
}

/** The least texels of a row of cells. */
const cellsAcross = 128;

export function runOuter({backend, texts, info, inputs, hold}: Given): TensorInfo {
  const tile = tileOf(info, mostTargetsOf(backend));
  const groups = groupsOf(info, tile);
  const {perSlice, slices, sliceRows} = cutOf(info, tile, device());
  const cells = slices * perSlice;
  const width = Math.min(cells, Math.max(cellsAcross, Math.ceil(cells / Math.floor(device().maxSide / tile.targets))));
  const shape = (name: 'x' | 'dy') => texelShape(shapeOf(info, name));
  const uniforms = {
    ...{...uniformsOf(info), taps: [info.filterHeight, info.filterWidth]},
    ...{xShape: shape('x'), dyShape: shape('dy'), sliceRows: [sliceRows], groups: [...groups, width]},
  };
  const program = {text: texts.compute, samplers: ['x', 'dy'], uniforms, targets: tile.targets};
  const size = [Math.ceil(cells / width), width] as const;
  const targets = runTargets(backend, program, inputs, size).map(hold);
  const summing: WebGLProgram = {
    variableNames: ['Targets'],
    outputShape: shapeOf(info, 'dFilter'),
    userCode: dividing + shared + placing + texts.sum,
    ...{packedInputs: true, packedOutput: true, enableShapeUniforms: true},
    customUniforms: [
      {name: 'groups', type: 'ivec4'},
      {name: 'slices', type: 'int'},
    ],
  };
  return backend.runWebGLProgram(summing, [hold(joined(backend, targets, size))], 'float32', [
    [...groups, width],
    [slices],
  ]);
}
