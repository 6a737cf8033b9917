import type {TensorInfo} from '@tensorflow/tfjs';
import type {Fusion} from '../../implementation.js';
import {epilogueInputs, epilogueText} from '../epilogue.js';
import type {WebGLProgram} from '../program.js';
import {shared} from '../shared.js';
import type {WebGLBackend} from '../tfjsBackend.js';
import {type Bands, bandsText, uniformOf} from './bands.js';

const targets = ['Target0', 'Target1', 'Target2', 'Target3'];

/** The quads of channels of two pixels beside each other, where a fragment computed four such. */
const neighbours = `
    vec2 place = (vec2(begin + ivec2(at.z / 4, 0)) + .5) / vec2(textureSize(Target0, 0));
    if (at.z % 4 == 0) {
      left = texture(Target0, place);
      right = texture(Target1, place);
    } else {
      left = texture(Target2, place);
      right = texture(Target3, place);
    }
`;

/** The same where its four pixels lay `stride.y` apart: then its columns begin `groups` further for each phase of the stride. */
const apart = `
    for (int side = 0; side < 2; side++) {
      int w = at.z + side;
      int u = over(w, stride.y);
      int group = u / 4;
      vec2 place = (vec2(begin + ivec2((w - u * stride.y) * groups + group, 0)) + .5) / vec2(textureSize(Target0, 0));
      int t = u - 4 * group;
      vec4 quad;
      if (t < 2) {
        if (t == 0) quad = texture(Target0, place);
        else quad = texture(Target1, place);
      } else {
        if (t == 2) quad = texture(Target2, place);
        else quad = texture(Target3, place);
      }
      if (side == 0) left = quad;
      else right = quad;
    }
`;

/** From four targets of a gather to a tensor [N, H, W, C] as tfjs packs it. */
const image = (pixels: string, epilogue: string) => `
  void main() {
    ivec2 texel = ivec2(gl_FragCoord.xy);
    int pairs = (outShape.w + 1) / 2, height = (outShape.z + 1) / 2;
    // A row of the image begins anew in tfjs's texture, unless the texture was made square.
    int across = (outTexShape.y + 1) / 2;
    if (across != pairs) {
      int index = texel.y * across + texel.x;
      texel = ivec2(index % pairs, index / pairs);
    }
    int row = over(texel.y, height);
    ivec4 at = ivec4(0, 0, 2 * (texel.y - row * height), 2 * texel.x);
    if (row >= outShape.x * outShape.y) return;
    ivec2 begin = beginOf(row * quads + at.w / 4, bands);
    vec4 left, right;
    ${pixels}
    vec4 value = at.w % 4 == 0 ? vec4(left.xy, right.xy) : vec4(left.zw, right.zw);
    ${epilogue}
    setOutputLanes(at, value);
  }
`;

/** From the targets of an outer product to dFilter [kh, kw, C, F]: the slices are summed in their order. */
export const filterText = `
  void main() {
    ivec4 at = getOutputCoords(); // i, j, c, f
    vec4 first = vec4(0.), second = vec4(0.);
    int row = (at.x * outShape.y + at.y) * quads + at.z / 4;
    for (int s = 0; s < slices; s++) {
      ivec2 texel = beginOf(row + s * outShape.x * outShape.y * quads, bands) + ivec2(at.w / 4, 0);
      if (at.z % 4 == 0) {
        first += texelFetch(Target0, texel, 0);
        second += texelFetch(Target1, texel, 0);
      } else {
        first += texelFetch(Target2, texel, 0);
        second += texelFetch(Target3, texel, 0);
      }
    }
    setOutputLanes(at, at.w % 4 == 0 ? vec4(first.xy, second.xy) : vec4(first.zw, second.zw));
  }
`;

/** The same of a depthwise convolution, dFilter [kh, kw, C, 1]. */
export const depthwiseFilterText = `
  void main() {
    ivec4 at = getOutputCoords(); // i, j, c, 0
    vec4 sum = vec4(0.);
    int row = (at.x * outShape.y + at.y) * quads + at.z / 4;
    for (int s = 0; s < slices; s++) {
      sum += texelFetch(Target0, beginOf(row + s * outShape.x * outShape.y * quads, bands), 0);
    }
    vec2 pair = at.z % 4 == 0 ? sum.xy : sum.zw;
    setOutputLanes(at, vec4(pair.x, 0., pair.y, 0.));
  }
`;

/** The unpacking of an image, and of the bias and activation that follow. @param stride how far apart the pixels of a fragment lie */
export function imageText(stride: number, fusion?: Fusion): string {
  return image(stride === 1 ? neighbours : apart, epilogueText(fusion));
}

/** @param numbers values of the shader's uniforms beside `bands` */
export function runUnpack(
  backend: WebGLBackend,
  text: string,
  fusion: Partial<Fusion>,
  inputs: readonly TensorInfo[],
  shape: number[],
  bands: Bands,
  numbers: {quads: number; groups: number; slices: number; stride: readonly number[]},
): TensorInfo {
  const beside = epilogueInputs(fusion);
  const program: WebGLProgram = {
    ...{
      variableNames: [...targets, ...beside.map(([name]) => name)],
      outputShape: shape,
      userCode: shared + bandsText + text,
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
  return backend.runWebGLProgram(program, [...inputs, ...beside.map(([, tensor]) => tensor)], 'float32', uniforms);
}
