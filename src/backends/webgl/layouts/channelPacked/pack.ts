import type {TensorInfo} from '@tensorflow/tfjs-core';
import type {WebGLBackend} from '../../device/tfjsBackend.js';
import type {WebGLProgram} from '../../direct/program.js';
import {commonGlsl, floatDivision, texelLookup} from '../../draw/glsl.js';
import {type Slabs, slabsText, uniformOf} from './slabs.js';

/**
 * An image [N, H, W, C] as channel blocks. A texel holds four channels of one pixel. Row (n·H + h)·⌈C/4⌉ + q holds the pixels of one image
 * row from column `margin` on, which may be negative. Zeros stand left and right of the image, and past the last channel.
 */
export const packImage = `
  void main() {
    ivec2 at = rowAt(ivec2(gl_FragCoord.xy), slabs);
    int row = quotient(at.x, shape.w), w = at.y + margin;
    int q = at.x - row * shape.w;
    ivec2 size = textureSize(Image, 0);
    vec2 texel = 1. / vec2(size);
    vec2 first = texelIn(size, ivec2(2 * q, row * ((width + 1) >> 1) + (w >> 1)), (shape.z + 1) >> 1);
    // The texel after it, in the next row where the texture was made square and a row of it ends.
    vec2 next = mix(first + vec2(texel.x, 0.), vec2(.5 * texel.x, first.y + texel.y), bvec2(first.x + texel.x > 1.));
    vec4 a = texture(Image, first), b = texture(Image, next);
    bvec2 odd = bvec2((w & 1) == 1);
    bool inside = uint(w) < uint(width) && row < shape.x * shape.y;
    int rest = shape.z - 4 * q;
    // Selected and not left out: of a condition many a machine computes both sides, and more.
    bvec4 used = bvec4(inside, inside && rest > 1, inside && rest > 2, inside && rest > 3);
    setOutput(mix(vec4(0.), vec4(mix(a.xy, a.zw, odd), mix(b.xy, b.zw, odd)), used));
  }
`;

/** Reads the texel of a filter [kh·kw, C, F] that holds (tap, c, f) and its neighbours. */
const weights = `
  vec4 weights(int tap, int c, int f) {
    return texture(Image, texelIn(textureSize(Image, 0), ivec2(f >> 1, tap * ((shape.y + 1) >> 1) + (c >> 1)), (shape.z + 1) >> 1));
  }
`;

/**
 * A filter [kh·kw, C, F] as channel blocks of its output channels. Texel tap·⌈F/4⌉ + q of row c holds four f from 4q on, at (tap, c). Zeros
 * stand past the last f, and in the rows past the last c. The number of rows is a multiple of 4.
 */
export const packFilter = `${weights}
  void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    int tap = quotient(at.x, shape.w), c = at.y;
    int f = 4 * (at.x - tap * shape.w);
    vec2 first = vec2(0.), second = vec2(0.);
    if (c < shape.y) {
      first = lanes(weights(tap, c, f), c);
      if (f + 1 >= shape.z) first.y = 0.;
      if (f + 2 < shape.z) second = lanes(weights(tap, c, f + 2), c);
      if (f + 3 >= shape.z) second.y = 0.;
    }
    setOutput(vec4(first, second));
  }
`;

/** The same filter as channel blocks of its input channels. Texel tap·⌈C/4⌉ + q of row f holds four c from 4q on, at (tap, f). */
export const packTransposedFilter = `${weights}
  void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    int tap = quotient(at.x, shape.w), f = at.y;
    int c = 4 * (at.x - tap * shape.w);
    vec4 block = vec4(0.);
    if (f < shape.z) {
      vec4 texel = weights(tap, c, f);
      block.xy = (f & 1) == 0 ? texel.xz : texel.yw;
      if (c + 1 >= shape.y) block.y = 0.;
      if (c + 2 < shape.y) {
        texel = weights(tap, c + 2, f);
        block.zw = (f & 1) == 0 ? texel.xz : texel.yw;
        if (c + 3 >= shape.y) block.w = 0.;
      }
    }
    setOutput(block);
  }
`;

/** A depthwise filter [kh·kw, C, 1] as channel blocks. Texel `tap` of row q holds four channels from 4q on. */
export const packDepthwise = `${weights}
  void main() {
    int tap = int(gl_FragCoord.x), c = 4 * int(gl_FragCoord.y);
    vec4 block = vec4(0.);
    block.xy = weights(tap, c, 0).xz;
    if (c + 1 >= shape.y) block.y = 0.;
    if (c + 2 < shape.y) {
      block.zw = weights(tap, c + 2, 0).xz;
      if (c + 3 >= shape.y) block.w = 0.;
    }
    setOutput(block);
  }
`;

/**
 * Sizes that a packing shader reads. For an image, `shape` is [N, H, C, ⌈C/4⌉], and W and the first column come apart. For a filter,
 * `shape` is [kh·kw, C, F], followed by the number of channel blocks.
 */
export interface PackedShape {
  shape: readonly number[];
  width?: number;
  margin?: number;
}

export function runPack(
  backend: WebGLBackend,
  text: string,
  tensor: TensorInfo,
  {shape, width: columns = 0, margin = 0}: PackedShape,
  slabs: Slabs,
): TensorInfo {
  const [height, width] = slabs.size;
  const program: WebGLProgram & {outPackingScheme: 0} = {
    ...{variableNames: ['Image'], outputShape: [1, 1, 2 * height, 2 * width]},
    userCode: floatDivision + commonGlsl + texelLookup + slabsText + text,
    ...{packedInputs: true, packedOutput: true, enableShapeUniforms: true},
    customUniforms: [
      {name: 'shape', type: 'ivec4'},
      {name: 'slabs', type: 'ivec2'},
      {name: 'width', type: 'int'},
      {name: 'margin', type: 'int'},
    ],
    // tfjs's `PackingScheme.DENSE`: the texture gets the size that the caller passes.
    outPackingScheme: 0,
  };
  return backend.runWebGLProgram(
    program,
    [tensor],
    'float32',
    [[...shape], uniformOf(slabs), [columns], [margin]],
    true,
    slabs.size,
  );
}
