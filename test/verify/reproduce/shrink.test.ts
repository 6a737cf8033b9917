import {formatProblem, type Problem, parseProblem} from '../../../src/geometry/problem.js';
import {shrink} from '../../../src/verify/reproduce/shrink.js';

const large = parseProblem('mb3ih13iw12ic9oc8kh5kw3sh3sw2dh2dw2-pt2pb1pl3pr0-ceil-nchw');
const never = Number.POSITIVE_INFINITY;
const smallest = async (fails: (problem: Problem) => boolean | Promise<boolean>, tries = 1000) =>
  formatProblem((await shrink(large, async (problem) => fails(problem), {tries, deadline: never})).problem);

test.each<[string, (problem: Problem) => boolean, string]>([
  ['everything', () => true, 'mb1ih1iw1ic1oc1kh1kw1sh1sw1dh1dw1-valid-nhwc'],
  ['channels ≥ 5', ({inChannels}) => inChannels >= 5, 'mb1ih1iw1ic5oc1kh1kw1sh1sw1dh1dw1-valid-nhwc'],
  ['NCHW', ({dataFormat}) => dataFormat === 'NCHW', 'mb1ih1iw1ic1oc1kh1kw1sh1sw1dh1dw1-valid-nchw'],
  [
    'ceil',
    ({dimRoundingMode}) => dimRoundingMode === 'ceil',
    'mb1ih1iw1ic1oc1kh1kw1sh1sw1dh1dw1-pt0pb0pl0pr0-ceil-nhwc',
  ],
  [
    'a pad at the left',
    ({pad}) => typeof pad === 'object' && pad.left > 1,
    'mb1ih1iw1ic1oc1kh1kw1sh1sw1dh1dw1-pt0pb0pl2pr0-nhwc',
  ],
  [
    'a dilated kernel inside',
    ({inWidth, filterWidth, dilationWidth}) => filterWidth > 1 && dilationWidth > 1 && inWidth % 2 === 0,
    'mb1ih1iw4ic1oc1kh1kw2sh1sw1dh1dw2-valid-nhwc',
  ],
])('shrinks to the smallest problem that fails by %s', async (_, fails, expected) => {
  expect(await smallest(fails)).toBe(expected);
});

test.each<[string, (problem: Problem) => boolean, string]>([
  ['everything', () => true, 'mb1ih1iw1ic1oc1kh1kw1sh1sw1dh1dw1-valid-nhwc-depthwise'],
  ['channels ≥ 3', ({inChannels}) => inChannels >= 3, 'mb1ih1iw1ic3oc3kh1kw1sh1sw1dh1dw1-valid-nhwc-depthwise'],
  [
    'multiplier 3 and two channels',
    ({inChannels, outChannels}) => outChannels >= 3 * inChannels && inChannels > 1,
    'mb1ih1iw1ic2oc6kh1kw1sh1sw1dh1dw1-valid-nhwc-depthwise',
  ],
])('keeps a depthwise problem depthwise with a whole multiplier: %s', async (_, fails, expected) => {
  const depthwise = parseProblem('mb3ih13iw12ic4oc16kh5kw3sh3sw2dh2dw2-pt2pb1pl3pr0-ceil-nchw-depthwise');
  const asked = async (problem: Problem) => problem.kind === 'depthwise' && fails(problem);
  expect(formatProblem((await shrink(depthwise, asked, {tries: 1000, deadline: never})).problem)).toBe(expected);
});

test.each<[string, (problem: Problem) => boolean, string]>([
  ['the tail of a block past 64', ({outChannels: F}) => F > 64 && F % 4 === 3, 'oc67'],
  ['one more than whole blocks of 128 images', ({batch}) => batch > 1 && batch % 128 === 1, 'mb129'],
  ['sums of more than 512 terms', ({inChannels: C, filterWidth: k}) => k * C > 512, 'ic57oc1kh1kw9'],
])('shrinks large sizes to %s', async (_, fails, expected) => {
  const wide = parseProblem('mb1025ih1iw9ic600oc4099kh1kw9-same');
  const tries = 400;
  expect(
    formatProblem((await shrink(wide, async (problem) => fails(problem), {tries, deadline: never})).problem),
  ).toContain(expected);
});

test.each<[string, (problem: Problem) => boolean, string]>([
  ['as many output as input channels', (p) => p.inChannels === p.outChannels, 'ic1oc1'],
  ['as many channels, more than two', (p) => p.inChannels === p.outChannels && p.inChannels > 2, 'ic3oc3'],
  ['a square kernel', (p) => p.filterHeight === p.filterWidth, 'kh1kw1'],
  ['a square image of even sides', (p) => p.inHeight === p.inWidth && p.inHeight % 2 === 0, 'ih2iw2'],
])('shrinks two sizes together that must stay equal: %s', async (_, fails, expected) => {
  const equal = parseProblem('mb1ih14iw14ic16oc16kh3kw3-same');
  const found = await shrink(equal, async (problem) => fails(problem), {tries: 400, deadline: never});
  expect(formatProblem(found.problem)).toContain(expected);
  expect(found.isMinimal).toBe(true);
});

test('obeys its limits and counts an exception as not failing', async () => {
  let asked = 0;
  expect(await smallest(() => asked++ >= 0, 3)).not.toBe('mb1ih1iw1ic1oc1kh1kw1sh1sw1dh1dw1-valid-nhwc');
  expect(asked).toBe(3);
  expect(await shrink(large, async () => true, {tries: 100, deadline: 0})).toEqual({problem: large, isMinimal: false});
  expect(await smallest(() => Promise.reject(new Error('broken')))).toBe(formatProblem(large));
});
