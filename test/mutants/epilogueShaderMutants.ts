import type {Kind} from '../../src/geometry/conv2dInfo.js';
import {kinds} from '../../src/plugin/kernels.js';
import {
  type ChannelPackedDirectMutant,
  type ChannelPackedMutant,
  changedIn,
  type OfShaders,
  type Packed2x2Mutant,
} from './shaderMutant.js';
import type {planned} from './stepsMutant.js';

/** A mistake in the epilogue of a shader of webgpu: some of its text is replaced. If that text is absent, the shader stays as it is. */
export type FinishMutant = OfShaders & {of: keyof typeof planned; finish: (code: string) => string};

interface EpilogueMistake {
  name: string;
  wrong: string;
  /** The edits of a shader of webgl, and of webgpu. */
  glsl: PatternEdit;
  wgsl: PatternEdit;
}
type PatternEdit = readonly [from: RegExp, to: string];

const mistakes: readonly EpilogueMistake[] = [
  {
    ...{name: 'bias-doubled', wrong: 'the bias is added twice'},
    glsl: [/value \+= getBias/, 'value += 2. * getBias'],
    wgsl: [/sum \+ Bias\[/, 'sum + 2.0 * Bias['],
  },
  {
    ...{name: 'bias-dropped', wrong: 'the bias is left out'},
    glsl: [/value \+= getBias/, 'value += 0. * getBias'],
    wgsl: [/sum \+ Bias\[/, 'sum + 0.0 * Bias['],
  },
  {
    ...{name: 'bias-first', wrong: 'all channels have the bias of the first ones'},
    glsl: [/getBias\(at\.w\)/, 'getBias(0)'],
    wgsl: [/Bias\[channel[^\]]*\]/, 'Bias[0]'],
  },
  {
    ...{name: 'order', wrong: 'the activation comes before the bias'},
    glsl: [/(value \+= getBias\(at\.w\)\.xyxy;)([^\n]*)/, '$2 $1'],
    wgsl: [/let value = sum( \+ Bias\[channel[^\]]*\]);\s*return ([^;]*);/, 'let value = sum; return ($2)$1;'],
  },
  {
    ...{name: 'alpha-doubled', wrong: 'the slope of leakyrelu is twice as steep'},
    glsl: [/alpha \* value/, '2. * alpha * value'],
    wgsl: [/uniforms\.alpha \* value/, '2.0 * uniforms.alpha * value'],
  },
  {
    ...{name: 'slopes-first', wrong: 'all channels have the slopes of the first ones'},
    glsl: [/getSlopes\(at\.w\)/, 'getSlopes(0)'],
    wgsl: [/Slopes\[channel[^\]]*\]/, 'Slopes[0]'],
  },
  {
    ...{name: 'relu6-at-8', wrong: 'relu6 ends at 8'},
    glsl: [/vec4\(6\.\)/g, 'vec4(8.)'],
    wgsl: [/\(6\.0\)/g, '(8.0)'],
  },
  {
    ...{name: 'elu-shifted', wrong: 'elu is exp(z) below zero, without − 1'},
    glsl: [/exp\(value\) - 1\./, 'exp(value)'],
    wgsl: [/exp\(value\) - [^,]*,/, 'exp(value),'],
  },
  {
    ...{name: 'elu-everywhere', wrong: 'elu is exp(z) − 1 above zero too'},
    glsl: [/mix\(value, exp\(value\) - 1\., [^;]*;/, 'exp(value) - 1.;'],
    wgsl: [/select\(value, (exp\(value\) - [^,]*),[^;]*;/, '$1;'],
  },
  {
    ...{name: 'sigmoid-mirrored', wrong: 'sigmoid falls instead of rising'},
    glsl: [/exp\(-value\)/, 'exp(value)'],
    wgsl: [/exp\(-value\)/, 'exp(value)'],
  },
  {
    ...{name: 'sigmoid-as-tanh', wrong: 'sigmoid is tanh(z)'},
    glsl: [/1\. \/ \(1\. \+ exp\(-value\)\)/, 'tanh(value)'],
    wgsl: [/return [^;]*exp\(-value\)[^;]*;/, 'return tanh(value);'],
  },
];

/** Makes each mistake in the shaders of one kind of convolution. */
function each<M>(where: string, kind: Kind, mutant: (mistake: EpilogueMistake) => M): (M & OfShaders)[] {
  return mistakes.map((mistake) => ({
    ...{
      name: `${where}-fused-${mistake.name}`,
      wrong: `in ${where}, ${mistake.wrong}`,
      kind,
      passes: ['forward' as const],
    },
    ...{isFused: true as const},
    ...mutant(mistake),
  }));
}

const edit = (code: string, [from, to]: PatternEdit) => code.replace(from, to);

/** Mistakes in the epilogue of the shaders of webgl. */
export const epilogueShaderMutants: readonly (ChannelPackedMutant | Packed2x2Mutant | ChannelPackedDirectMutant)[] = [
  ...each('webgl-channel-packed', 'dense', ({glsl}) => ({
    channelPacked: changedIn<Parameters<ChannelPackedMutant['channelPacked']>[0], 'unpack'>('unpack', (code) =>
      edit(code, glsl),
    ),
  })),
  ...each('webgl-channel-packed-direct', 'dense', ({glsl}) => ({
    channelPackedDirect: changedIn<Parameters<ChannelPackedDirectMutant['channelPackedDirect']>[0], 'compute'>(
      'compute',
      (code) => edit(code, glsl),
    ),
  })),
  ...kinds.flatMap((kind) =>
    each(`webgl-packed2x2-${kind}`, kind, ({glsl}) => ({
      packed2x2: changedIn<Parameters<Packed2x2Mutant['packed2x2']>[0], 'compute'>('compute', (code) =>
        edit(code, glsl),
      ),
    })),
  ),
];

/** Mistakes in the epilogue of the shaders of webgpu. */
export const finishMutants: readonly FinishMutant[] = (['implicitGemm', 'winograd', 'depthwise'] as const).flatMap(
  (of) =>
    each(`webgpu-${of.replace('implicitGemm', 'igemm')}`, of === 'depthwise' ? 'depthwise' : 'dense', ({wgsl}) => ({
      ...{of, finish: (code: string) => edit(code, wgsl)},
    })),
);
