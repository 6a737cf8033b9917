import {either} from './edits.js';
import {allPasses, gradients} from './mutant.js';
import {changedIn, type Packed2x2Mutant, textIn} from './shaderMutant.js';

/**
 * Mutants of the shaders of packed2x2, in what only these have: neighbouring pixels in texels, rows whose pixels are reused, tiles of taps.
 */
export const packed2x2Mutants: readonly Packed2x2Mutant[] = [
  {
    name: 'webgl-packed2x2-odd',
    passes: ['backpropFilter'],
    wrong: 'in packed2x2, a row of taps begins with the first pixel of a texel, though it begins with the second',
    packed2x2: textIn('compute', ['bool odd = (left & 1) == 1;', 'bool odd = false;']),
  },
  {
    name: 'webgl-packed2x2-depthwise-odd',
    kind: 'depthwise',
    passes: allPasses,
    wrong:
      'in packed2x2, depthwise, a row of taps begins with the first pixel of a texel, though it begins with the second',
    packed2x2: textIn('compute', ['bool odd = (left & 1) == 1;', 'bool odd = false;']),
  },
  {
    name: 'webgl-packed2x2-beside',
    kind: 'depthwise',
    passes: allPasses,
    wrong: 'in packed2x2, pixels beside a row are those of its neighbours',
    packed2x2: textIn('compute', ['uint(w) < uint(width) ? texel.xy : vec2(0.)', 'texel.xy']),
  },
  {
    name: 'webgl-packed2x2-odd-width',
    passes: ['backpropFilter'],
    wrong: 'in packed2x2, the lanes past an odd width are taken for pixels',
    packed2x2: textIn('compute', ['uint(w + 1) < uint(width)', 'uint(w) < uint(width)']),
  },
  {
    name: 'webgl-packed2x2-read-on',
    passes: ['backpropFilter'],
    wrong: 'in packed2x2, dFilter forgets the pixels that the next ones of dy meet again',
    packed2x2: textIn('compute', [/x0t0 = x0t\d/, 'x0t0 = vec4(0.)']),
  },
  {
    name: 'webgl-packed2x2-slice',
    passes: ['backpropFilter'],
    wrong: 'in packed2x2, the last row of each slice of pixels is left out of dFilter',
    packed2x2: textIn('compute', [
      'int last = min((slice + 1) * sliceRows,',
      'int last = min((slice + 1) * sliceRows - 1,',
    ]),
  },
  {
    name: 'webgl-packed2x2-slices',
    passes: ['backpropFilter'],
    wrong: 'in packed2x2, of the slices of dFilter the last is left out of the sum',
    packed2x2: textIn('sum', ['for (int s = 0; s < slices; s++)', 'for (int s = 1; s < slices; s++)']),
  },
  {
    name: 'webgl-packed2x2-row-of-cells',
    passes: ['backpropFilter'],
    wrong: 'in packed2x2, slices are looked for in the row of tiles in which the first one ends',
    packed2x2: textIn('sum', [
      'return texel.x < grid.y * grid.z ? texel : ivec2(first, texel.y + grid.x);',
      'return texel;',
    ]),
  },
  {
    name: 'webgl-packed2x2-second-pair',
    passes: ['backpropFilter'],
    wrong: 'in packed2x2, of the pairs of output channels of a tile the second is the first once more',
    packed2x2: changedIn('compute', (code) => code.replaceAll('float(1 * groups.y)', '0.')),
  },
  {
    name: 'webgl-packed2x2-filter-gradient-lanes',
    passes: ['backpropFilter'],
    wrong: 'in packed2x2, the unused lanes of dFilter are what came of the unused lanes of x and dy',
    packed2x2: textIn('compute', ['return vec4(sum.x, lastColumn ?', 'return 1 > 0 ? sum : vec4(sum.x, lastColumn ?']),
  },
  {
    name: 'webgl-packed2x2-pair-of-taps',
    kind: 'depthwise',
    passes: ['backpropFilter'],
    wrong: 'in packed2x2, depthwise, dFilter returns the first tap of each pair twice',
    packed2x2: textIn('sum', ['vec2 two = (tap & 1) == 0 ? sum.xy : sum.zw;', 'vec2 two = sum.xy;']),
  },
  {
    name: 'webgl-packed2x2-lanes-written',
    kind: 'depthwise',
    passes: ['forward', ...gradients],
    wrong: 'in packed2x2, the unused lanes of the result are what came of the unused lanes of the inputs',
    packed2x2: either(
      textIn('compute', ['setOutputLanes(at, ', 'setOutput(']),
      textIn('sum', ['setOutputLanes(at, ', 'setOutput(']),
    ),
  },
  {
    name: 'webgl-packed2x2-odd-channels',
    passes: ['forward', 'backpropInput'],
    wrong: 'in packed2x2, a product of matrices counts the lanes past an odd number of channels',
    packed2x2: textIn(
      'compute',
      ['for (int k = 0; k < count / 2; k++)', 'for (int k = 0; k < (count + 1) / 2; k++)'],
      ['if (count % 2 == 1)', 'if (false)'],
    ),
  },
  {
    name: 'webgl-packed2x2-rectangle',
    passes: ['forward', 'backpropInput'],
    wrong: 'in packed2x2, the second rectangle of a product of matrices is computed of the pixels of the first',
    packed2x2: textIn('compute', ['placeOf(row + 1 * below)', 'placeOf(row)']),
  },
  {
    name: 'webgl-packed2x2-rows-side-by-side',
    passes: ['forward', 'backpropInput'],
    wrong: 'in packed2x2, of a product too high for a texture the rows beside each other are taken for those below',
    packed2x2: textIn('compute', ['+ at.y) * tiling.z + beside', '+ at.y) + beside * tiling.x']),
  },
  {
    name: 'webgl-packed2x2-weights-transposed',
    passes: ['backpropInput'],
    wrong: 'in packed2x2, dX of single pixels takes the filter for its transpose within each texel',
    packed2x2: changedIn('compute', (code) =>
      code.replace(/b\d+\.\w+/g, (weights) => weights.replaceAll('xz', 'xy').replaceAll('yw', 'zw')),
    ),
  },
  {
    name: 'webgl-packed2x2-gap-line',
    passes: ['backpropInput'],
    wrong: 'in packed2x2, dX of single pixels gives the lines between those of dy what belongs to the line above',
    packed2x2: textIn('compute', ['h * step.x == at.y && ', '']),
  },
  {
    name: 'webgl-packed2x2-gap-pixel',
    passes: ['backpropInput'],
    wrong: 'in packed2x2, dX of single pixels that lie apart takes the first pixel of a texel of dy for both',
    packed2x2: textIn('compute', ['1 + (w & 1)', '1']),
  },
  {
    name: 'webgl-packed2x2-gap-place',
    passes: ['backpropInput'],
    wrong: 'in packed2x2, dX of single pixels that lie apart is always written to the first pixel of a texel',
    packed2x2: textIn('compute', ['isFirst ? 1 : 2', '1']),
  },
  {
    name: 'webgl-packed2x2-apart-phase',
    kind: 'depthwise',
    passes: ['backpropInput'],
    wrong:
      'in packed2x2, depthwise, dX at stride 2 gives the left pixel of a texel the even taps, whatever the padding',
    packed2x2: textIn('compute', ['int phase = pad.y & 1;', 'int phase = 0;']),
  },
  {
    name: 'webgl-packed2x2-apart-last-tap',
    kind: 'depthwise',
    passes: ['backpropInput'],
    wrong: 'in packed2x2, depthwise, dX at stride 2 reads on past the last of an odd number of taps',
    packed2x2: textIn('compute', [/< \d+ (?=\? .* : vec2\(0\.\)\), )/, '< 99 ']),
  },
  {
    name: 'webgl-packed2x2-row-reversed',
    kind: 'depthwise',
    passes: ['backpropInput'],
    wrong: 'in packed2x2, depthwise, dX reads a row of taps from the wrong end',
    packed2x2: textIn('compute', ['weightsOf(tap, 0,', 'weightsOf(tap, 1,']),
  },
];
