import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {TensorEpilogue} from '../../../implementation.js';
import type {WebGLBackend} from '../../device/tfjsBackend.js';
import type {WebGLProgram} from '../../direct/program.js';
import {commonGlsl, floatDivision, outputCoordinates} from '../../draw/glsl.js';
import {epilogueText, epilogueVectors} from '../../epilogue.js';
import {type Slabs, slabsText, uniformOf} from './slabs.js';

/** Reads a texel of one of the four draw buffers, which lie below each other. */
const reading = `
  vec4 drawBuffer(ivec2 texel, int t) {
    ivec2 size = textureSize(DrawBuffers, 0);
    return texture(DrawBuffers, (vec2(texel.x, texel.y + t * (size.y >> 2)) + .5) / vec2(size));
  }
`;

/** Reads the channel blocks of two adjacent pixels, where a fragment computed four adjacent ones. */
const neighbours = `
    left = drawBuffer(begin + ivec2(at.z >> 2, 0), at.z & 2);
    right = drawBuffer(begin + ivec2(at.z >> 2, 0), at.z & 2 | 1);
`;

/**
 * The same where the four pixels of a fragment lie `stride.y` apart. The columns of each phase of the stride begin `groups` further right.
 */
const apart = `
    int u = quotient(at.z, stride.y), v = quotient(at.z + 1, stride.y);
    left = drawBuffer(begin + ivec2((at.z - u * stride.y) * groups + (u >> 2), 0), u & 3);
    right = drawBuffer(begin + ivec2((at.z + 1 - v * stride.y) * groups + (v >> 2), 0), v & 3);
`;

/** Unpacks the four draw buffers of a convolution into a tensor [N, H, W, C] as tfjs packs it. */
const image = (pixels: string, epilogue: string) => `
  void main() {
    ivec4 at = outputAt(); // n, h, w, c
    ivec2 begin = beginOf((at.x * outShape.y + at.y) * channelBlocks + (at.w >> 2), slabs);
    vec4 left, right;
    ${pixels}
    vec4 value = (at.w & 2) == 0 ? vec4(left.xy, right.xy) : vec4(left.zw, right.zw);
    ${epilogue}
    setOutputLanes(at, value);
  }
`;

/** Unpacks the draw buffers of a filter gradient into dFilter [kh, kw, C, F], and sums the slices in their order. */
export const filterText = `
  void main() {
    ivec4 at = outputAt(); // i, j, c, f
    vec4 first = vec4(0.), second = vec4(0.);
    int row = (at.x * outShape.y + at.y) * channelBlocks + (at.z >> 2);
    for (int s = 0; s < slices; s++) {
      ivec2 texel = beginOf(row + s * outShape.x * outShape.y * channelBlocks, slabs) + ivec2(at.w >> 2, 0);
      first += drawBuffer(texel, at.z & 2);
      second += drawBuffer(texel, at.z & 2 | 1);
    }
    setOutputLanes(at, (at.w & 2) == 0 ? vec4(first.xy, second.xy) : vec4(first.zw, second.zw));
  }
`;

/** The same for a depthwise convolution, dFilter [kh, kw, C, 1]. */
export const depthwiseFilterText = `
  void main() {
    ivec4 at = outputAt(); // i, j, c, 0
    vec4 sum = vec4(0.);
    int row = (at.x * outShape.y + at.y) * channelBlocks + (at.z >> 2);
    for (int s = 0; s < slices; s++) {
      sum += drawBuffer(beginOf(row + s * outShape.x * outShape.y * channelBlocks, slabs), 0);
    }
    vec2 pair = (at.z & 2) == 0 ? sum.xy : sum.zw;
    setOutputLanes(at, vec4(pair.x, 0., pair.y, 0.));
  }
`;

/**
 * Unpacks an image, and applies bias and activation.
 * @param stride the distance between the pixels of a fragment
 */
export function imageText(stride: number, epilogue?: TensorEpilogue): string {
  return image(stride === 1 ? neighbours : apart, epilogueText(epilogue));
}

/**
 * @param drawBuffers of the computing shader, stacked in one texture
 * @param slabs where the rows of the draw buffers lie
 * @param numbers values of the shader's other uniforms
 */
export function runUnpack(
  backend: WebGLBackend,
  text: string,
  epilogue: Partial<TensorEpilogue>,
  drawBuffers: TensorInfo,
  shape: number[],
  slabs: Slabs,
  numbers: {channelBlocks: number; groups: number; slices: number; stride: readonly number[]},
): TensorInfo {
  const beside = epilogueVectors(epilogue);
  const program: WebGLProgram = {
    ...{
      variableNames: ['DrawBuffers', ...beside.map(([name]) => name)],
      outputShape: shape,
      userCode: floatDivision + commonGlsl + outputCoordinates + slabsText + reading + text,
    },
    ...{packedInputs: true, packedOutput: true, enableShapeUniforms: true},
    customUniforms: [
      {name: 'slabs', type: 'ivec2'},
      {name: 'stride', type: 'ivec2'},
      {name: 'channelBlocks', type: 'int'},
      {name: 'groups', type: 'int'},
      {name: 'slices', type: 'int'},
      {name: 'alpha', type: 'float'},
    ],
  };
  const {channelBlocks, groups, slices, stride} = numbers;
  const uniforms = [uniformOf(slabs), [...stride], [channelBlocks], [groups], [slices], [epilogue.leakyreluAlpha ?? 0]];
  return backend.runWebGLProgram(program, [drawBuffers, ...beside.map(([, tensor]) => tensor)], 'float32', uniforms);
}
