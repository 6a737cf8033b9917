import {gradients} from './mutant.js';
import {type ChannelPackedMutant, changedIn, textIn} from './shaderMutant.js';

/** Reverses the taps of a row, where a shader takes the row at once. Each tap is named by its number. */
function reverseRow(text: string): string {
  const count = new Set(text.match(/taps\.y \+ \d/g)).size;
  return text.replace(/taps\.y \+ (\d)/g, (_, tap) => `taps.y + ${count - 1 - tap}`);
}

/**
 * Mutants of the shaders of channelPacked, in what only these have: channel blocks with fewer channels, four pixels at once, slices,
 * margins.
 */
export const channelPackedMutants: readonly ChannelPackedMutant[] = [
  {
    name: 'webgl-channel-packed-pack-tail',
    passes: ['forward', 'backpropFilter'],
    wrong:
      'in channelPacked, the unused lane past an odd number of channels is taken along into the channel blocks of x',
    channelPacked: textIn(
      'packA',
      ['inside && rest > 1', 'inside && rest > 0'],
      ['inside && rest > 3', 'inside && rest > 2'],
    ),
  },
  {
    name: 'webgl-channel-packed-filter-tail',
    passes: ['forward'],
    wrong: 'in channelPacked, the second pair of a channel block of the filter is left out',
    channelPacked: textIn('packB', ['if (f + 2 < shape.z) second', 'if (f + 2 < shape.z - 1) second']),
  },
  {
    name: 'webgl-channel-packed-filter-columns-swapped',
    passes: ['backpropInput'],
    wrong: 'in channelPacked, dX reads the two columns of a texel of the filter in the wrong order in its second pair',
    channelPacked: textIn('packB', [
      'block.zw = (f & 1) == 0 ? texel.xz : texel.yw;',
      'block.zw = (f & 1) == 0 ? texel.yw : texel.xz;',
    ]),
  },
  {
    name: 'webgl-channel-packed-margin',
    passes: ['forward', 'backpropInput'],
    wrong: 'in channelPacked, beside an image the border is repeated where zeros should stand',
    channelPacked: textIn('packA', ['w = at.y + margin;', 'w = clamp(at.y + margin, 0, width - 1);']),
  },
  {
    name: 'webgl-channel-packed-left-pixel',
    passes: ['forward'],
    wrong: 'in channelPacked, the four pixels of a fragment begin with the taps of the left one',
    channelPacked: textIn('compute', ['int enter = stepsInside(left + 3 * stride.y,', 'int enter = stepsInside(left,']),
  },
  {
    name: 'webgl-channel-packed-right-pixel',
    passes: ['backpropInput'],
    wrong: 'in channelPacked, dX looks for the taps of the left pixel of four alone',
    channelPacked: textIn('compute', [
      'tapsReaching(right, stride.y, dilation.y, tapStep.y, taps.y, sourceShape.z + 3)',
      'tapsReaching(right, stride.y, dilation.y, tapStep.y, taps.y, sourceShape.z)',
    ]),
  },
  {
    name: 'webgl-channel-packed-row-reversed',
    passes: ['forward', 'backpropInput'],
    wrong: 'in channelPacked, a row of taps taken at once ends with its first tap, and begins with its last',
    channelPacked: changedIn('compute', reverseRow),
  },
  {
    name: 'webgl-channel-packed-phase',
    passes: ['backpropInput'],
    wrong: 'in channelPacked, dX puts the pixels of one phase of the stride where those of another belong',
    channelPacked: textIn('compute', [
      'int phase = quotient(at.y, groups);',
      'int phase = quotient(at.y, groups); phase = stride.y - 1 - phase;',
    ]),
  },
  {
    name: 'webgl-channel-packed-last-draw-buffer',
    passes: ['forward', 'backpropInput'],
    wrong: 'in channelPacked, the fourth pixel of a fragment is the third once more',
    channelPacked: textIn('compute', ['drawBuffer3 = sum3;', 'drawBuffer3 = sum2;']),
  },
  {
    name: 'webgl-channel-packed-slice',
    passes: ['backpropFilter'],
    wrong: 'in channelPacked, the last row of each slice of pixels is left out of dFilter',
    channelPacked: textIn('compute', [
      'int last = min((slice + 1) * sliceRows,',
      'int last = min((slice + 1) * sliceRows - 1,',
    ]),
  },
  {
    name: 'webgl-channel-packed-first-slice',
    passes: ['backpropFilter'],
    wrong: 'in channelPacked, of the slices of dFilter the first is left out of the sum',
    channelPacked: textIn('unpack', ['for (int s = 0; s < slices; s++)', 'for (int s = 1; s < slices; s++)']),
  },
  {
    name: 'webgl-channel-packed-remainder',
    passes: ['backpropFilter'],
    wrong: 'in channelPacked, the pixels that four do not divide are left out of dFilter',
    channelPacked: textIn('compute', ['for (; ow < columns.y; ow++) {', 'for (; ow < columns.x; ow++) {']),
  },
  {
    name: 'webgl-channel-packed-unpacked-pair',
    passes: gradients,
    wrong: 'in channelPacked, of each channel block of a gradient only the first pair of channels is returned',
    channelPacked: textIn('unpack', ['(at.w & 2) == 0 ?', 'at.w >= 0 ?']),
  },
  {
    name: 'webgl-channel-packed-lanes-written',
    passes: ['forward', 'backpropInput', 'backpropFilter'],
    wrong: 'in channelPacked, the unused lanes of the result hold what was computed for pixels beyond the border',
    channelPacked: textIn('unpack', ['setOutputLanes(at,', 'setOutput(']),
  },
  {
    name: 'webgl-channel-packed-depthwise-block',
    kind: 'depthwise',
    passes: ['forward', 'backpropInput'],
    wrong: 'in channelPacked, depthwise, every channel block has the weights of the first',
    channelPacked: textIn('compute', ['(vec2(tap, channelBlock) + .5)', '(vec2(tap, 0) + .5)']),
  },
  {
    name: 'webgl-channel-packed-depthwise-pair',
    kind: 'depthwise',
    passes: ['backpropFilter'],
    wrong: 'in channelPacked, depthwise, dFilter returns the first pair of each channel block twice',
    channelPacked: textIn('unpack', ['vec2 pair = (at.z & 2) == 0 ? sum.xy : sum.zw;', 'vec2 pair = sum.xy;']),
  },
];
