import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {Conv2DInfo} from '../../../geometry/conv2dInfo.js';
import {shapeOf} from '../../../geometry/pass.js';
import {tapGeometry} from '../../gpu/tapGeometry.js';
import {device} from '../device/tfjsBackend.js';
import type {WebGLProgram} from '../direct/program.js';
import {drawBufferLimit, runDraw} from '../draw/drawBuffers.js';
import {indices} from '../draw/fragmentTile.js';
import {commonGlsl, floatDivision, outputCoordinates} from '../draw/glsl.js';
import type {PassRun} from '../layouts/packed2x2/run.js';
import type {Packed2x2Shaders} from '../layouts/packed2x2/shaders.js';
import {pairsOf} from '../texture/packedTexture.js';
import {assemble, type RectangleCopy, stackTextures, texelShape} from '../texture/rectangles.js';
import {type FilterGradientTile, filterGradientTileOf, pairsTaps, type SliceGrid, sliceGridOf} from './tile.js';

export function runFilterGradient(given: PassRun): TensorInfo {
  const {backend, texts, info, inputs, track} = given;
  const tile = filterGradientTileOf(info, drawBufferLimit(backend));
  const grid = sliceGridOf(info, tile, device()) as SliceGrid;
  const {rows, across, slices, sliceRows, groups} = grid;
  const shape = (name: 'x' | 'dy') => texelShape(shapeOf(info, name));
  const uniforms = {
    ...{...tapGeometry(info), taps: [info.filterHeight, info.filterWidth]},
    ...{xShape: shape('x'), dyShape: shape('dy'), channels: [info.inChannels, info.outChannels]},
    ...{sliceRows: [sliceRows], groups: groups.slice(0, 2), grid: gridUniform(grid)},
  };
  const program = {text: texts.compute, samplers: ['x', 'dy'], uniforms, drawBuffers: tile.drawBuffers};
  const drawBuffers = runDraw(backend, program, inputs, grid.size).map(track);
  if (pairsTaps(info)) return runSliceSum(given, grid, drawBuffers);
  const size = [rows, across] as const;
  const summed =
    slices === 1
      ? drawBuffers
      : runDraw(backend, sliceSumProgram(texts, grid, drawBuffers), drawBuffers, size).map(track);
  return assemble(backend, shapeOf(info, 'dFilter'), weightCopies(info, tile, grid, summed));
}

/** The grid as an `ivec4` for shaders. */
const gridUniform = ({rows, across, beside, groups: [, , taps]}: SliceGrid) => [rows, across, beside, taps];

/** The program that sums the slices of each draw buffer. */
function sliceSumProgram(texts: Packed2x2Shaders, grid: SliceGrid, drawBuffers: readonly TensorInfo[]) {
  return {
    text: texts.sum,
    samplers: drawBuffers.map((_, t) => `part${t}`),
    uniforms: {grid: gridUniform(grid), slices: [grid.slices]},
    drawBuffers: drawBuffers.length,
  };
}

/**
 * Where the sums belong in dFilter, whose rows of texels are taps by pairs of input channels. Each draw buffer holds one tap of each group
 * of taps, and a range of the pairs of channels.
 */
function weightCopies(
  info: Conv2DInfo,
  tile: FilterGradientTile,
  {groups: [ins, outs, tapGroups]}: SliceGrid,
  drawBuffers: readonly TensorInfo[],
): RectangleCopy[] {
  const pairs = pairsOf(info.inChannels);
  return drawBuffers.flatMap((from, t) => {
    const pair = Math.floor(t / tile.outPairs);
    const [inner, outer] = [pair % tile.inPairs, t % tile.outPairs];
    return indices(info.filterHeight * tapGroups).flatMap((line): RectangleCopy[] => {
      const [i, group] = [Math.floor(line / tapGroups), line % tapGroups];
      const tap = group * tile.taps + Math.floor(pair / tile.inPairs);
      if (tap >= info.filterWidth) return [];
      const to = [(i * info.filterWidth + tap) * pairs + inner * ins, outer * outs] as const;
      return [{from, at: [line * ins, 0], to, size: [Math.min(ins, pairs - inner * ins), outs]}];
    });
  });
}

/** Sums the slices of draw buffers that hold two taps, and writes dFilter in tfjs's texels. */
function runSliceSum(
  {backend, texts, info, track}: PassRun,
  grid: SliceGrid,
  drawBuffers: readonly TensorInfo[],
): TensorInfo {
  const program: WebGLProgram = {
    variableNames: ['DrawBuffers'],
    outputShape: shapeOf(info, 'dFilter'),
    userCode: floatDivision + commonGlsl + outputCoordinates + texts.sum,
    ...{packedInputs: true, packedOutput: true, enableShapeUniforms: true},
    customUniforms: [
      {name: 'grid', type: 'ivec4'},
      {name: 'slices', type: 'int'},
    ],
  };
  const whole = track(stackTextures(backend, drawBuffers, grid.size));
  return backend.runWebGLProgram(program, [whole], 'float32', [gridUniform(grid), [grid.slices]]);
}
