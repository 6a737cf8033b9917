import {either} from './edits.js';
import {allPasses, gradients} from './mutant.js';
import {changedIn, type TexelsMutant, textIn} from './shaderMutant.js';

/** The shaders on texels as they lie, broken where nothing else has anything like it: pixels beside each other in texels, rows read on, tiles of taps. */
export const texelsMutants: readonly TexelsMutant[] = [
  {
    name: 'webgl-texels-odd',
    passes: ['backpropFilter'],
    wrong: 'on texels, a row of taps begins with the first pixel of a texel, though it begins with the second',
    texels: textIn('compute', ['bool odd = (left & 1) == 1;', 'bool odd = false;']),
  },
  {
    name: 'webgl-texels-depthwise-odd',
    kind: 'depthwise',
    passes: allPasses,
    wrong:
      'on texels, depthwise, a row of taps begins with the first pixel of a texel, though it begins with the second',
    texels: textIn('compute', ['bool odd = (left & 1) == 1;', 'bool odd = false;']),
  },
  {
    name: 'webgl-texels-beside',
    kind: 'depthwise',
    passes: allPasses,
    wrong: 'on texels, pixels beside a row are those of its neighbours',
    texels: textIn('compute', ['uint(w) < uint(width) ? texel.xy : vec2(0.)', 'texel.xy']),
  },
  {
    name: 'webgl-texels-odd-width',
    passes: ['backpropFilter'],
    wrong: 'on texels, the lanes past an odd width are taken for pixels',
    texels: textIn('compute', ['uint(w + 1) < uint(width)', 'uint(w) < uint(width)']),
  },
  {
    name: 'webgl-texels-read-on',
    passes: ['backpropFilter'],
    wrong: 'on texels, dFilter forgets the pixels that the next ones of dy meet again',
    texels: textIn('compute', [/x0t0 = x0t\d/, 'x0t0 = vec4(0.)']),
  },
  {
    name: 'webgl-texels-slice',
    passes: ['backpropFilter'],
    wrong: 'on texels, the last row of each slice of pixels is left out of dFilter',
    texels: textIn('compute', [
      'int last = min((slice + 1) * sliceRows,',
      'int last = min((slice + 1) * sliceRows - 1,',
    ]),
  },
  {
    name: 'webgl-texels-slices',
    passes: ['backpropFilter'],
    wrong: 'on texels, of the slices of dFilter the last is left out of the sum',
    texels: textIn('sum', ['for (int s = 0; s < slices; s++)', 'for (int s = 1; s < slices; s++)']),
  },
  {
    name: 'webgl-texels-row-of-cells',
    passes: ['backpropFilter'],
    wrong: 'on texels, slices are looked for in the row of targets in which the first one ends',
    texels: textIn('sum', [
      'return texel.x < grid.y * grid.z ? texel : ivec2(first, texel.y + grid.x);',
      'return texel;',
    ]),
  },
  {
    name: 'webgl-texels-second-pair',
    passes: ['backpropFilter'],
    wrong: 'on texels, of the pairs of output channels of a tile the second is the first once more',
    texels: changedIn('compute', (code) => code.replaceAll('float(1 * groups.y)', '0.')),
  },
  {
    name: 'webgl-texels-outer-lanes',
    passes: ['backpropFilter'],
    wrong: 'on texels, the unused lanes of dFilter are what came of the unused lanes of x and dy',
    texels: textIn('compute', ['return vec4(sum.x, lastColumn ?', 'return 1 > 0 ? sum : vec4(sum.x, lastColumn ?']),
  },
  {
    name: 'webgl-texels-pair-of-taps',
    kind: 'depthwise',
    passes: ['backpropFilter'],
    wrong: 'on texels, depthwise, dFilter returns the first tap of each pair twice',
    texels: textIn('sum', ['vec2 two = (tap & 1) == 0 ? sum.xy : sum.zw;', 'vec2 two = sum.xy;']),
  },
  {
    name: 'webgl-texels-lanes-written',
    kind: 'depthwise',
    passes: ['forward', ...gradients],
    wrong: 'on texels, the unused lanes of the result are what came of the unused lanes of the inputs',
    texels: either(
      textIn('compute', ['setOutputLanes(at, ', 'setOutput(']),
      textIn('sum', ['setOutputLanes(at, ', 'setOutput(']),
    ),
  },
  {
    name: 'webgl-texels-odd-channels',
    passes: ['forward', 'backpropInput'],
    wrong: 'on texels, a product of matrices counts the lanes past an odd number of channels',
    texels: textIn(
      'compute',
      ['for (int k = 0; k < count / 2; k++)', 'for (int k = 0; k < (count + 1) / 2; k++)'],
      ['if (count % 2 == 1)', 'if (false)'],
    ),
  },
  {
    name: 'webgl-texels-rectangle',
    passes: ['forward', 'backpropInput'],
    wrong: 'on texels, the second rectangle of a product of matrices is computed of the pixels of the first',
    texels: textIn('compute', ['placeOf(row + 1 * below)', 'placeOf(row)']),
  },
  {
    name: 'webgl-texels-abreast',
    passes: ['forward', 'backpropInput'],
    wrong: 'on texels, of a product too high for a texture the rows beside each other are taken for those below',
    texels: textIn('compute', ['+ at.y) * cut.z + beside', '+ at.y) + beside * cut.x']),
  },
  {
    name: 'webgl-texels-weights-turned',
    passes: ['backpropInput'],
    wrong: 'on texels, dX of single pixels takes the filter for its transpose within each texel',
    texels: changedIn('compute', (code) =>
      code.replace(/b\d+\.\w+/g, (weights) => weights.replaceAll('xz', 'xy').replaceAll('yw', 'zw')),
    ),
  },
  {
    name: 'webgl-texels-gap-line',
    passes: ['backpropInput'],
    wrong: 'on texels, dX of single pixels gives the lines between those of dy what belongs to the line above',
    texels: textIn('compute', ['h * step.x == at.y && ', '']),
  },
  {
    name: 'webgl-texels-gap-pixel',
    passes: ['backpropInput'],
    wrong: 'on texels, dX of single pixels that lie apart takes the first pixel of a texel of dy for both',
    texels: textIn('compute', ['1 + (w & 1)', '1']),
  },
  {
    name: 'webgl-texels-gap-place',
    passes: ['backpropInput'],
    wrong: 'on texels, dX of single pixels that lie apart is always written to the first pixel of a texel',
    texels: textIn('compute', ['isFirst ? 1 : 2', '1']),
  },
  {
    name: 'webgl-texels-apart-phase',
    kind: 'depthwise',
    passes: ['backpropInput'],
    wrong: 'on texels, depthwise, dX at stride 2 gives the left pixel of a texel the even taps, whatever the padding',
    texels: textIn('compute', ['int phase = pad.y & 1;', 'int phase = 0;']),
  },
  {
    name: 'webgl-texels-apart-last-tap',
    kind: 'depthwise',
    passes: ['backpropInput'],
    wrong: 'on texels, depthwise, dX at stride 2 reads on past the last of an odd number of taps',
    texels: textIn('compute', [/< \d+ (?=\? .* : vec2\(0\.\)\), )/, '< 99 ']),
  },
  {
    name: 'webgl-texels-turned',
    kind: 'depthwise',
    passes: ['backpropInput'],
    wrong: 'on texels, depthwise, dX reads a row of taps from the wrong end',
    texels: textIn('compute', ['weightsOf(tap, 0,', 'weightsOf(tap, 1,']),
  },
];
