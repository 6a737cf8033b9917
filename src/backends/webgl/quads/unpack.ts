import type {TensorInfo} from '@tensorflow/tfjs';
import type {Fusion} from '../../implementation.js';
import {epilogueInputs, epilogueText} from '../epilogue.js';
import type {WebGLProgram} from '../program.js';
import {dividing, placing, shared} from '../shared.js';
import type {WebGLBackend} from '../tfjsBackend.js';
import {type Bands, bandsText, uniformOf} from './bands.js';

/** A texel of one of the four targets, which lie below each other. */
const reading = `
  vec4 target(ivec2 texel, int t) {
    ivec2 size = textureSize(Targets, 0);
    return texture(Targets, (vec2(texel.x, texel.y + t * (size.y >> 2)) + .5) / vec2(size));
  }
`;

/** The quads of channels of two pixels beside each other, where a fragment computed four such. */
const neighbours = `
    left = target(begin + ivec2(at.z >> 2, 0), at.z & 2);
    right = target(begin + ivec2(at.z >> 2, 0), at.z & 2 | 1);
`;

/** The same where its four pixels lay `stride.y` apart: then its columns begin `groups` further for each phase of the stride. */
const apart = `
    int u = over(at.z, stride.y), v = over(at.z + 1, stride.y);
    left = target(begin + ivec2((at.z - u * stride.y) * groups + (u >> 2), 0), u & 3);
    right = target(begin + ivec2((at.z + 1 - v * stride.y) * groups + (v >> 2), 0), v & 3);
`;

/** From four targets of a gather to a tensor [N, H, W, C] as tfjs packs it. */
const image = (pixels: string, epilogue: string) => `
  void main() {
    ivec4 at = outputAt(); // n, h, w, c
    ivec2 begin = beginOf((at.x * outShape.y + at.y) * quads + (at.w >> 2), bands);
    vec4 left, right;
    ${pixels}
    vec4 value = (at.w & 2) == 0 ? vec4(left.xy, right.xy) : vec4(left.zw, right.zw);
    ${epilogue}
    setOutputLanes(at, value);
  }
`;

/** From the targets of an outer product to dFilter [kh, kw, C, F]: the slices are summed in their order. */
export const filterText = `
  void main() {
    ivec4 at = outputAt(); // i, j, c, f
    vec4 first = vec4(0.), second = vec4(0.);
    int row = (at.x * outShape.y + at.y) * quads + (at.z >> 2);
    for (int s = 0; s < slices; s++) {
      ivec2 texel = beginOf(row + s * outShape.x * outShape.y * quads, bands) + ivec2(at.w >> 2, 0);
      first += target(texel, at.z & 2);
      second += target(texel, at.z & 2 | 1);
    }
    setOutputLanes(at, (at.w & 2) == 0 ? vec4(first.xy, second.xy) : vec4(first.zw, second.zw));
  }
`;

/** The same of a depthwise convolution, dFilter [kh, kw, C, 1]. */
export const depthwiseFilterText = `
  void main() {
    ivec4 at = outputAt(); // i, j, c, 0
    vec4 sum = vec4(0.);
    int row = (at.x * outShape.y + at.y) * quads + (at.z >> 2);
    for (int s = 0; s < slices; s++) {
      sum += target(beginOf(row + s * outShape.x * outShape.y * quads, bands), 0);
    }
    vec2 pair = (at.z & 2) == 0 ? sum.xy : sum.zw;
    setOutputLanes(at, vec4(pair.x, 0., pair.y, 0.));
  }
`;

/** The unpacking of an image, and of the bias and activation that follow. @param stride how far apart the pixels of a fragment lie */
export function imageText(stride: number, fusion?: Fusion): string {
  return image(stride === 1 ? neighbours : apart, epilogueText(fusion));
}

/** @param targets of the computing shader, joined; @param numbers values of the shader's uniforms beside `bands` */
export function runUnpack(
  backend: WebGLBackend,
  text: string,
  fusion: Partial<Fusion>,
  targets: TensorInfo,
  shape: number[],
  bands: Bands,
  numbers: {quads: number; groups: number; slices: number; stride: readonly number[]},
): TensorInfo {
  const beside = epilogueInputs(fusion);
  const program: WebGLProgram = {
    ...{
      variableNames: ['Targets', ...beside.map(([name]) => name)],
      outputShape: shape,
      userCode: dividing + shared + placing + bandsText + reading + text,
    },
    ...{packedInputs: true, packedOutput: true, enableShapeUniforms: true},
    customUniforms: [
      {name: 'bands', type: 'ivec2'},
      {name: 'stride', type: 'ivec2'},
      {name: 'quads', type: 'int'},
      {name: 'groups', type: 'int'},
      {name: 'slices', type: 'int'},
      {name: 'alpha', type: 'float'},
    ],
  };
  const {quads, groups, slices, stride} = numbers;
  const uniforms = [uniformOf(bands), [...stride], [quads], [groups], [slices], [fusion.leakyreluAlpha ?? 0]];
  return backend.runWebGLProgram(program, [targets, ...beside.map(([, tensor]) => tensor)], 'float32', uniforms);
}
