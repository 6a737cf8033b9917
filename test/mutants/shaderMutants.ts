import type {WebGLProgram} from '../../src/backends/webgl/direct/program.js';
import {allPasses} from './mutant.js';
import {type ShaderMistake, type ShaderMutant, text, uniforms} from './shaderMutant.js';

/** Writes the pads into the shader's text, and reuses the text for all problems of the same shapes. */
const staleProgram: ShaderMistake = (plan) => {
  const compiled = new Map<string, WebGLProgram>();
  return (info, pass) => {
    const {program, uniforms} = plan(info, pass);
    const {batch, inHeight, inWidth, inChannels, filterHeight, filterWidth, outHeight, outWidth, outChannels} = info;
    const x = [batch, inHeight, inWidth, inChannels];
    const key = [pass, ...x, filterHeight, filterWidth, outHeight, outWidth, outChannels].join();
    const found = compiled.get(key) ?? {
      ...program,
      userCode: `#define pad ivec2(${uniforms.pad})\n${program.userCode}`,
    };
    compiled.set(key, found);
    return {program: found, uniforms};
  };
};

/** Counts every tap, whether it lies inside x or not. */
const everyTap: [string, string] = ['return ivec2(begin, min(count, end));', 'return ivec2(0, count);'];

const asHalf = (value: string) =>
  `vec4(unpackHalf2x16(packHalf2x16(${value}.xy)), unpackHalf2x16(packHalf2x16(${value}.zw)))`;

/** The flat index of a pixel, cut to 16 bits. */
const wrapped = '((h * xShape.z + w) & 65535)';

/** Wrong shaders, in ways that the host does not have: 2 × 2 texels, unused lanes, borders of textures, cached programs. */
export const shaderMutants: readonly ShaderMutant[] = [
  {
    name: 'webgl-even-row',
    passes: allPasses,
    wrong: 'of a texel only its first row is read',
    shader: text(['return (row & 1) == 0 ? texel.xy : texel.zw;', 'return texel.xy;']),
  },
  {
    name: 'webgl-row-parity',
    passes: ['backpropFilter'],
    wrong: 'the row within a texel comes from the flat index of the pixel, which is right for even widths only',
    shader: text(['lanes(getX(n, h, w, at.z), w)', 'lanes(getX(n, h, w, at.z), h * xShape.z + w)']),
  },
  {
    name: 'webgl-texel-transposed',
    passes: ['backpropFilter'],
    wrong: 'rows and columns of a texel of dFilter are swapped',
    shader: text(['pixel.xxyy * error.xyxy', 'pixel.xyxy * error.xxyy']),
  },
  {
    name: 'webgl-right-column',
    passes: ['forward'],
    wrong: 'both columns of a texel begin with the taps of the left one',
    shader: text([
      'int begin = stepsInside(left + stride.y, dilation.y, FilterShape.y, xShape.z).x;',
      'int begin = stepsInside(left, dilation.y, FilterShape.y, xShape.z).x;',
    ]),
  },
  {
    name: 'webgl-reduction-tail',
    passes: ['forward'],
    wrong: 'the last of an odd number of input channels is left out',
    shader: text(['c < xShape.w; c += 2', 'c + 1 < xShape.w; c += 2']),
  },
  {
    name: 'webgl-column-tail',
    passes: ['backpropFilter'],
    wrong: 'the last of an odd number of output channels is zero',
    shader: text(['setOutputLanes(at, sum);', 'setOutputLanes(at, at.w + 1 == outShape.w ? vec4(0.) : sum);']),
  },
  {
    name: 'webgl-row-tail',
    passes: ['backpropInput'],
    wrong: 'the last column of an odd width is zero',
    shader: text([
      'setOutputLanes(at, vec4(sums[0], sums[1]));',
      'setOutputLanes(at, at.z + 1 == outShape.z ? vec4(0.) : vec4(sums[0], sums[1]));',
    ]),
  },
  {
    name: 'webgl-unused-lanes-forward',
    passes: ['forward'],
    wrong: 'the lanes past an odd number of input channels are taken for zeros',
    shader: text(['bool pair = c + 1 < xShape.w;', 'bool pair = true;']),
  },
  {
    name: 'webgl-unused-lanes-dx',
    passes: ['backpropInput'],
    wrong: 'the lanes past an odd number of output channels are taken for zeros',
    shader: text(['if (f + 1 < dyShape.w) sum', 'sum']),
  },
  {
    name: 'webgl-unused-lanes-written',
    passes: allPasses,
    wrong:
      'the lanes past an odd number of rows or columns are not written as zeros, which tfjs’s packed matMul relies on',
    shader: text([
      'vec4(value.x, lastColumn ? 0. : value.y, lastRow ? 0. : value.z, lastRow || lastColumn ? 0. : value.w)',
      'value',
    ]),
  },
  {
    name: 'webgl-clamp-to-edge',
    passes: ['backpropFilter'],
    wrong: 'beyond its border x repeats the border instead of being zero',
    shader: text(everyTap, [
      'lanes(getX(n, h, w, at.z), w)',
      'lanes(getX(n, clamp(h, 0, xShape.y - 1), clamp(w, 0, xShape.z - 1), at.z), clamp(w, 0, xShape.z - 1))',
    ]),
  },
  {
    name: 'webgl-beyond-the-border',
    passes: ['forward'],
    wrong: 'rows beyond the border are read, and are whatever lies there in the texture',
    shader: text(everyTap),
  },
  {
    name: 'webgl-negative-division',
    passes: ['forward', 'backpropFilter'],
    wrong: '(size − start − 1) / step is rounded down, where GLSL rounds negative numbers up',
    shader: text([
      'int end = quotient(max(0, size - start + step - 1), step);',
      'int end = max(0, (size - start - 1) / step + 1);',
    ]),
  },
  {
    name: 'webgl-no-divisibility-test',
    passes: ['backpropInput'],
    wrong: 'the first tap of dX is not searched: (reach − tap · dilation) / stride is rounded down',
    shader: text(['while (begin < searched && !divides(stride, reach - begin * dilation)) begin++;', '']),
  },
  {
    name: 'webgl-tap-step',
    passes: ['backpropInput'],
    wrong: 'from its first tap on dX takes every s-th, without regard to what stride and dilation have in common',
    shader: uniforms(({stride}) => ({tapStep: stride})),
  },
  {
    name: 'webgl-pad-axes-swapped',
    passes: allPasses,
    wrong: 'the uniform of the pads holds left and top instead of top and left',
    shader: uniforms(({pad: [top, left]}) => ({pad: [left, top]})),
  },
  {
    name: 'webgl-float16-sum',
    passes: ['backpropFilter'],
    wrong: 'the sum is kept in float16, as at mediump',
    shader: text(['sum += pixel.xxyy * error.xyxy;', `sum += pixel.xxyy * error.xyxy; sum = ${asHalf('sum')};`]),
  },
  {
    name: 'webgl-index-16-bit',
    passes: ['backpropFilter'],
    wrong: 'the pixels of x are addressed with 16 bits',
    shader: text([
      'lanes(getX(n, h, w, at.z), w)',
      `lanes(getX(n, ${wrapped} / xShape.z, ${wrapped} % xShape.z, at.z), ${wrapped} % xShape.z)`,
    ]),
  },
  {
    name: 'webgl-stale-program',
    passes: allPasses,
    wrong:
      'pads are compiled into a program that is kept by shapes alone: the next problem of these shapes gets them too',
    shader: staleProgram,
  },
];
