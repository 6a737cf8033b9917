import {readableProblem, readableText} from '../../src/cli/readableProblem.js';
import {parseProblem} from '../../src/geometry/problem.js';

test.each([
  ['ih1iw1ic1oc1kh1kw1', '1 image of 1 × 1, 1 → 1 channel, kernel 1 × 1, no pads'],
  [
    'mb2ih5iw6ic3oc6kh3kw2sh2sw1dh1dw2-same-nchw-depthwise-bias-relu',
    '2 images of 5 × 6, 3 → 6 channels, kernel 3 × 2, stride 2 × 1, dilation 1 × 2, SAME pads, depthwise, NCHW, then bias and relu',
  ],
  [
    'ih9iw8ic2oc3kh3kw3-pt1pb0pl2pr3-ceil',
    "1 image of 9 × 8, 2 → 3 channels, kernel 3 × 3, pads top 1, bottom 0, left 2, right 3, size rounded by 'ceil'",
  ],
])('%s is readable', (text, words) => expect(readableProblem(parseProblem(text))).toBe(words));

test('a string that this version cannot parse stays as it is', () => expect(readableText('p <1>')).toBe('p <1>'));
