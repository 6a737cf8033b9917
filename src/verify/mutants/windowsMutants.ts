import {either} from './edits.js';
import {changedIn, textIn, type WindowsMutant} from './shaderMutant.js';

const both = ['forward', 'backpropInput'] as const;

/** The taps of a row in the other direction. */
function turned(code: string): string {
  const last = Math.max(0, ...Array.from(code.matchAll(/(\d+)\. \* tapRows/g), ([, tap]) => Number(tap)));
  return code.replace(/(\d+)\. \* tapRows/g, (_, tap) => `${last - tap}. * tapRows`);
}

/** The shaders on windows, broken where nothing else has anything like it: rows of taps at once, zeros around an image, rectangles of the result. */
export const windowsMutants: readonly WindowsMutant[] = [
  {
    name: 'webgl-windows-turned',
    passes: both,
    wrong: 'on windows, a row of taps ends with its first tap, and begins with its last',
    windows: either(
      changedIn('compute', turned),
      either(
        textIn('compute', ['i * taps.y + taps.y - 1 - j;', 'i * taps.y + j;']),
        textIn('compute', ['i * taps.y + j;', 'i * taps.y + taps.y - 1 - j;']),
      ),
    ),
  },
  {
    name: 'webgl-windows-above',
    passes: both,
    wrong: 'on windows, rows above and below an image are those of its neighbours',
    windows: textIn('compute', ['&& uint(line) < uint(sourceShape.y)', '']),
  },
  {
    name: 'webgl-windows-zeros',
    passes: both,
    wrong: 'on windows, the first line of the first image stands above and below each',
    windows: textIn('compute', [': sourceShape.x * sourceShape.y;', ': 0;']),
  },
  {
    name: 'webgl-windows-margin',
    passes: both,
    wrong: 'on windows, an image is taken to begin where the zeros at its left do',
    windows: textIn('compute', ['column - margin', 'column']),
  },
  {
    name: 'webgl-windows-second-pixel',
    passes: both,
    wrong: 'on windows, the second pixel of a texel is the first once more',
    windows: changedIn('compute', (code) => code.replace(/vec4\((a\d+_\d+\.\w\w), a\d+_\d+\.\w\w\)/g, 'vec4($1, $1)')),
  },
  {
    name: 'webgl-windows-rectangle',
    passes: both,
    wrong: 'on windows, the second rectangle of the result is computed of the pixels of the first',
    windows: textIn('compute', ['resultAt(row + 1 * below)', 'resultAt(row)']),
  },
  {
    name: 'webgl-windows-abreast',
    passes: both,
    wrong: 'on windows, of a result too high for a texture the rows beside each other are taken for those below',
    windows: textIn('compute', ['+ at.y) * cut.z + beside', '+ at.y) + beside * cut.x']),
  },
  {
    name: 'webgl-windows-second-channel',
    passes: both,
    wrong: 'on windows, the second of two channels of the source has the weights of the first',
    windows: changedIn('compute', (code) => code.replaceAll('.zwzw', '.xyxy').replaceAll('.ywyw', '.xzxz')),
  },
  {
    name: 'webgl-windows-rest',
    passes: both,
    wrong:
      'on windows, weights past the last channel of the source are multiplied, and what stands in their unused lanes',
    windows: changedIn('compute', (code) => code.replace(/rest > \d/g, 'true')),
  },
  {
    name: 'webgl-windows-one-channel',
    passes: both,
    wrong: 'on windows, of a result of one channel the second channel of the source has a weight of an unused lane',
    windows: changedIn('compute', (code) =>
      code.replace(/(vec4\(b\d+_0_0\.x, b\d+_0_0\.)([yz])/g, (_, head, lane) => head + (lane === 'y' ? 'z' : 'y')),
    ),
  },
  {
    name: 'webgl-windows-weights-turned',
    passes: ['backpropInput'],
    wrong: 'on windows, dX takes the filter for its transpose within each texel',
    windows: changedIn('compute', (code) => code.replaceAll('.xzxz', '.xyxy').replaceAll('.ywyw', '.zwzw')),
  },
  {
    name: 'webgl-windows-lanes-written',
    passes: both,
    wrong: 'on windows, the unused lanes of the result are what came of the unused lanes of the filter',
    windows: textIn('compute', [
      'return vec4(value.x, lastColumn ?',
      'return 1 > 0 ? value : vec4(value.x, lastColumn ?',
    ]),
  },
];
