import type {TensorInfo} from '@tensorflow/tfjs';
import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {shapeOf} from '../../../geometry/pass.js';
import {stepsOf} from '../../gpu/steps.js';
import {numbers} from '../block.js';
import type {WebGLProgram} from '../program.js';
import {assemble, joined, type Move, texelShape} from '../rectangles.js';
import {dividing, placing, shared} from '../shared.js';
import {pairsOf} from '../source.js';
import {mostTargetsOf, runTargets} from '../targets.js';
import {device} from '../tfjsBackend.js';
import type {Given} from './run.js';
import type {Texts} from './texts.js';
import {type Grid, gridOf, pairsTaps, type Tile, tileOf} from './tile.js';

export function runOuter(given: Given): TensorInfo {
  const {backend, texts, info, inputs, hold} = given;
  const tile = tileOf(info, mostTargetsOf(backend));
  const grid = gridOf(info, tile, device()) as Grid;
  const {rows, across, slices, sliceRows, groups} = grid;
  const shape = (name: 'x' | 'dy') => texelShape(shapeOf(info, name));
  const uniforms = {
    ...{...stepsOf(info), taps: [info.filterHeight, info.filterWidth]},
    ...{xShape: shape('x'), dyShape: shape('dy'), channels: [info.inChannels, info.outChannels]},
    ...{sliceRows: [sliceRows], groups: groups.slice(0, 2), grid: gridUniform(grid)},
  };
  const program = {text: texts.compute, samplers: ['x', 'dy'], uniforms, targets: tile.targets};
  const targets = runTargets(backend, program, inputs, grid.size).map(hold);
  if (pairsTaps(info)) return runSum(given, grid, targets);
  const size = [rows, across] as const;
  const summed = slices === 1 ? targets : runTargets(backend, summing(texts, grid, targets), targets, size).map(hold);
  return assemble(backend, shapeOf(info, 'dFilter'), weightsOf(info, tile, grid, summed));
}

/** The grid as shaders get it, an `ivec4`. */
const gridUniform = ({rows, across, beside, groups: [, , taps]}: Grid) => [rows, across, beside, taps];

/** The sums of the slices of each target. */
function summing(texts: Texts, grid: Grid, targets: readonly TensorInfo[]) {
  return {
    text: texts.sum,
    samplers: targets.map((_, t) => `part${t}`),
    uniforms: {grid: gridUniform(grid), slices: [grid.slices]},
    targets: targets.length,
  };
}

/**
 * Where the sums belong in dFilter, whose rows are taps by pairs of input channels: each target holds one tap of each group of them, and a range of the
 * pairs of channels.
 */
function weightsOf(
  info: Conv2DInfo,
  tile: Tile,
  {groups: [ins, outs, tapGroups]}: Grid,
  targets: readonly TensorInfo[],
): Move[] {
  const pairs = pairsOf(info.inChannels);
  return targets.flatMap((from, t) => {
    const pair = Math.floor(t / tile.outPairs);
    const [inner, outer] = [pair % tile.inPairs, t % tile.outPairs];
    return numbers(info.filterHeight * tapGroups).flatMap((line): Move[] => {
      const [i, group] = [Math.floor(line / tapGroups), line % tapGroups];
      const tap = group * tile.taps + Math.floor(pair / tile.inPairs);
      if (tap >= info.filterWidth) return [];
      const to = [(i * info.filterWidth + tap) * pairs + inner * ins, outer * outs] as const;
      return [{from, at: [line * ins, 0], to, size: [Math.min(ins, pairs - inner * ins), outs]}];
    });
  });
}

/** Of targets that hold two taps: the sums of the slices, in tfjs's texels. */
function runSum({backend, texts, info, hold}: Given, grid: Grid, targets: readonly TensorInfo[]): TensorInfo {
  const program: WebGLProgram = {
    variableNames: ['Targets'],
    outputShape: shapeOf(info, 'dFilter'),
    userCode: dividing + shared + placing + texts.sum,
    ...{packedInputs: true, packedOutput: true, enableShapeUniforms: true},
    customUniforms: [
      {name: 'grid', type: 'ivec4'},
      {name: 'slices', type: 'int'},
    ],
  };
  const whole = hold(joined(backend, targets, grid.size));
  return backend.runWebGLProgram(program, [whole], 'float32', [gridUniform(grid), [grid.slices]]);
}
