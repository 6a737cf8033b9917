import {either} from './edits.js';
import {type ChannelPackedDirectMutant, changedIn, textIn} from './shaderMutant.js';

const both = ['forward', 'backpropInput'] as const;

/** Reverses the taps of a row. */
function reverseRow(code: string): string {
  const last = Math.max(0, ...Array.from(code.matchAll(/(\d+)\. \* tapRows/g), ([, tap]) => Number(tap)));
  return code.replace(/(\d+)\. \* tapRows/g, (_, tap) => `${last - tap}. * tapRows`);
}

/**
 * Mutants of the shaders of channelPackedDirect, in what only these have: rows of taps at once, zeros around an image, rectangles of the
 * result.
 */
export const channelPackedDirectMutants: readonly ChannelPackedDirectMutant[] = [
  {
    name: 'webgl-channel-packed-direct-row-reversed',
    passes: both,
    wrong: 'in channelPackedDirect, a row of taps ends with its first tap, and begins with its last',
    channelPackedDirect: either(
      changedIn('compute', reverseRow),
      either(
        textIn('compute', ['i * taps.y + taps.y - 1 - j;', 'i * taps.y + j;']),
        textIn('compute', ['i * taps.y + j;', 'i * taps.y + taps.y - 1 - j;']),
      ),
    ),
  },
  {
    name: 'webgl-channel-packed-direct-above',
    passes: both,
    wrong: 'in channelPackedDirect, rows above and below an image are those of its neighbours',
    channelPackedDirect: textIn('compute', ['&& uint(line) < uint(sourceShape.y)', '']),
  },
  {
    name: 'webgl-channel-packed-direct-zeros',
    passes: both,
    wrong: 'in channelPackedDirect, the first line of the first image stands above and below each',
    channelPackedDirect: textIn('compute', [': sourceShape.x * sourceShape.y;', ': 0;']),
  },
  {
    name: 'webgl-channel-packed-direct-margin',
    passes: both,
    wrong: 'in channelPackedDirect, an image is taken to begin where the zeros at its left do',
    channelPackedDirect: textIn('compute', ['column - margin', 'column']),
  },
  {
    name: 'webgl-channel-packed-direct-second-pixel',
    passes: both,
    wrong: 'in channelPackedDirect, the second pixel of a texel is the first once more',
    channelPackedDirect: changedIn('compute', (code) =>
      code.replace(/vec4\((a\d+_\d+\.\w\w), a\d+_\d+\.\w\w\)/g, 'vec4($1, $1)'),
    ),
  },
  {
    name: 'webgl-channel-packed-direct-rectangle',
    passes: both,
    wrong: 'in channelPackedDirect, the second rectangle of the result is computed of the pixels of the first',
    channelPackedDirect: textIn('compute', ['resultAt(row + 1 * below)', 'resultAt(row)']),
  },
  {
    name: 'webgl-channel-packed-direct-rows-side-by-side',
    passes: both,
    wrong:
      'in channelPackedDirect, of a result too high for a texture the rows beside each other are taken for those below',
    channelPackedDirect: textIn('compute', ['+ at.y) * tiling.z + beside', '+ at.y) + beside * tiling.x']),
  },
  {
    name: 'webgl-channel-packed-direct-second-channel',
    passes: both,
    wrong: 'in channelPackedDirect, the second of two channels of the source has the weights of the first',
    channelPackedDirect: changedIn('compute', (code) => code.replaceAll('.zwzw', '.xyxy').replaceAll('.ywyw', '.xzxz')),
  },
  {
    name: 'webgl-channel-packed-direct-rest',
    passes: both,
    wrong:
      'in channelPackedDirect, weights past the last channel of the source are multiplied, and what stands in their unused lanes',
    channelPackedDirect: changedIn('compute', (code) => code.replace(/rest > \d/g, 'true')),
  },
  {
    name: 'webgl-channel-packed-direct-one-channel',
    passes: both,
    wrong:
      'in channelPackedDirect, of a result of one channel the second channel of the source has a weight of an unused lane',
    channelPackedDirect: changedIn('compute', (code) =>
      code.replace(/(vec4\(b\d+_0_0\.x, b\d+_0_0\.)([yz])/g, (_, head, lane) => head + (lane === 'y' ? 'z' : 'y')),
    ),
  },
  {
    name: 'webgl-channel-packed-direct-weights-transposed',
    passes: ['backpropInput'],
    wrong: 'in channelPackedDirect, dX takes the filter for its transpose within each texel',
    channelPackedDirect: changedIn('compute', (code) => code.replaceAll('.xzxz', '.xyxy').replaceAll('.ywyw', '.zwzw')),
  },
  {
    name: 'webgl-channel-packed-direct-lanes-written',
    passes: both,
    wrong: 'in channelPackedDirect, the unused lanes of the result are what came of the unused lanes of the filter',
    channelPackedDirect: textIn('compute', [
      'return vec4(value.x, lastColumn ?',
      'return 1 > 0 ? value : vec4(value.x, lastColumn ?',
    ]),
  },
];
