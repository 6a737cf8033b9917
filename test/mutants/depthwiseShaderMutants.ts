import {type ShaderMutant, text} from './shaderMutant.js';

/**
 * Mutants of the depthwise shaders, in the places that handle channels. The two channels of a texel may belong to one channel of x, or to
 * two.
 */
export const depthwiseShaderMutants: readonly ShaderMutant[] = [
  {
    name: 'webgl-depthwise-lane',
    kind: 'depthwise',
    passes: ['forward'],
    wrong: 'depthwise, both channels of a texel read the channel of x that the first belongs to',
    shader: text(['int c = (at.w + lane) / FilterShape.w;', 'int c = at.w / FilterShape.w;']),
  },
  {
    name: 'webgl-depthwise-multipliers',
    kind: 'depthwise',
    passes: ['backpropInput'],
    wrong: 'depthwise, dX sums over the first multiplier only',
    shader: text(['m < FilterShape.w;', 'm < 1;']),
  },
  {
    name: 'webgl-depthwise-order',
    kind: 'depthwise',
    passes: ['backpropFilter'],
    wrong: 'depthwise, dFilter reads the channels of dy in the order m·C + c',
    shader: text(
      ['int f = at.z * outShape.w + at.w;', 'int f = at.w * outShape.z + at.z;'],
      ['int g = f + outShape.w;', 'int g = f + 1;'],
    ),
  },
  {
    name: 'webgl-depthwise-element',
    kind: 'depthwise',
    passes: ['forward', 'backpropInput'],
    wrong: 'depthwise, of each row of a texel only the first element is read',
    shader: text(['return (column & 1) == 0 ? pair.x : pair.y;', 'return pair.x;']),
  },
];
