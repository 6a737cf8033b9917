import {gradients} from './mutant.js';
import {changedIn, type QuadsMutant, textIn} from './shaderMutant.js';

/** Where a row of taps is taken at once, each is named by its number. */
function turned(text: string): string {
  const count = new Set(text.match(/taps\.y \+ \d/g)).size;
  return text.replace(/taps\.y \+ (\d)/g, (_, tap) => `taps.y + ${count - 1 - tap}`);
}

/** The shaders on quads, broken where nothing else has anything like it: quads with fewer channels, four pixels at once, slices, margins. */
export const quadsMutants: readonly QuadsMutant[] = [
  {
    name: 'webgl-quads-pack-tail',
    passes: ['forward', 'backpropFilter'],
    wrong: 'on quads, the unused lane past an odd number of channels is taken along into the quads of x',
    quads: textIn('packA', ['inside && rest > 1', 'inside && rest > 0'], ['inside && rest > 3', 'inside && rest > 2']),
  },
  {
    name: 'webgl-quads-filter-tail',
    passes: ['forward'],
    wrong: 'on quads, the second pair of a quad of the filter is left out',
    quads: textIn('packB', ['if (f + 2 < shape.z) second', 'if (f + 2 < shape.z - 1) second']),
  },
  {
    name: 'webgl-quads-filter-turned',
    passes: ['backpropInput'],
    wrong: 'on quads, dX reads the two columns of a texel of the filter in the wrong order in its second pair',
    quads: textIn('packB', [
      'quad.zw = (f & 1) == 0 ? texel.xz : texel.yw;',
      'quad.zw = (f & 1) == 0 ? texel.yw : texel.xz;',
    ]),
  },
  {
    name: 'webgl-quads-margin',
    passes: ['forward', 'backpropInput'],
    wrong: 'on quads, beside an image the border is repeated where zeros should stand',
    quads: textIn('packA', ['w = at.y + margin;', 'w = clamp(at.y + margin, 0, width - 1);']),
  },
  {
    name: 'webgl-quads-left-pixel',
    passes: ['forward'],
    wrong: 'on quads, the four pixels of a fragment begin with the taps of the left one',
    quads: textIn('compute', ['int enter = stepsInside(left + 3 * stride.y,', 'int enter = stepsInside(left,']),
  },
  {
    name: 'webgl-quads-right-pixel',
    passes: ['backpropInput'],
    wrong: 'on quads, dX looks for the taps of the left pixel of four alone',
    quads: textIn('compute', [
      'tapsReaching(right, stride.y, dilation.y, tapStep.y, taps.y, sourceShape.z + 3)',
      'tapsReaching(right, stride.y, dilation.y, tapStep.y, taps.y, sourceShape.z)',
    ]),
  },
  {
    name: 'webgl-quads-window-turned',
    passes: ['forward', 'backpropInput'],
    wrong: 'on quads, a row of taps taken at once ends with its first tap, and begins with its last',
    quads: changedIn('compute', turned),
  },
  {
    name: 'webgl-quads-phase',
    passes: ['backpropInput'],
    wrong: 'on quads, dX puts the pixels of one phase of the stride where those of another belong',
    quads: textIn('compute', [
      'int phase = over(at.y, groups);',
      'int phase = over(at.y, groups); phase = stride.y - 1 - phase;',
    ]),
  },
  {
    name: 'webgl-quads-last-target',
    passes: ['forward', 'backpropInput'],
    wrong: 'on quads, the fourth pixel of a fragment is the third once more',
    quads: textIn('compute', ['target3 = sum3;', 'target3 = sum2;']),
  },
  {
    name: 'webgl-quads-slice',
    passes: ['backpropFilter'],
    wrong: 'on quads, the last row of each slice of pixels is left out of dFilter',
    quads: textIn('compute', [
      'int last = min((slice + 1) * sliceRows,',
      'int last = min((slice + 1) * sliceRows - 1,',
    ]),
  },
  {
    name: 'webgl-quads-first-slice',
    passes: ['backpropFilter'],
    wrong: 'on quads, of the slices of dFilter the first is left out of the sum',
    quads: textIn('unpack', ['for (int s = 0; s < slices; s++)', 'for (int s = 1; s < slices; s++)']),
  },
  {
    name: 'webgl-quads-remainder',
    passes: ['backpropFilter'],
    wrong: 'on quads, the pixels that four do not divide are left out of dFilter',
    quads: textIn('compute', ['for (; ow < columns.y; ow++) {', 'for (; ow < columns.x; ow++) {']),
  },
  {
    name: 'webgl-quads-unpacked-pair',
    passes: gradients,
    wrong: 'on quads, of each quad of a gradient only the first pair of channels is returned',
    quads: textIn('unpack', ['(at.w & 2) == 0 ?', 'at.w >= 0 ?']),
  },
  {
    name: 'webgl-quads-lanes-written',
    passes: ['forward', 'backpropInput', 'backpropFilter'],
    wrong: 'on quads, the unused lanes of the result hold what was computed for pixels beyond the border',
    quads: textIn('unpack', ['setOutputLanes(at,', 'setOutput(']),
  },
  {
    name: 'webgl-quads-depthwise-quad',
    kind: 'depthwise',
    passes: ['forward', 'backpropInput'],
    wrong: 'on quads, depthwise, every quad of channels has the weights of the first',
    quads: textIn('compute', ['(vec2(tap, quad) + .5)', '(vec2(tap, 0) + .5)']),
  },
  {
    name: 'webgl-quads-depthwise-pair',
    kind: 'depthwise',
    passes: ['backpropFilter'],
    wrong: 'on quads, depthwise, dFilter returns the first pair of each quad twice',
    quads: textIn('unpack', ['vec2 pair = (at.z & 2) == 0 ? sum.xy : sum.zw;', 'vec2 pair = sum.xy;']),
  },
];
