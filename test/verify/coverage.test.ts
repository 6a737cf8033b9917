import {defineAlgorithm} from '../../src/algorithms/index.js';
import {missedParts} from '../../src/verify/coverage.js';
import {isGood, verify} from '../../src/verify/index.js';
import {makeReport} from '../../src/verify/report.js';
import {resolveOptions} from '../../src/verify/resolveOptions.js';
import {Tally} from '../../src/verify/tally.js';

const quick = {backends: ['cpu'], cases: 1, oracles: ['reference', 'determinism']} as const;

test('edge cases and named layers reach every part, and a part that no case reaches fails the run', async () => {
  const undo = defineAlgorithm({
    ...{name: 'unreachable', supports: ({batch}) => batch > 2 ** 20 || 'it wants a million images'},
    forward() {},
    parts: [{name: 'a tail that nobody has', hits: 0}],
  });
  try {
    const report = await verify(quick);
    const {coverage, summary} = report;
    expect(coverage.whole).toBe(true);
    expect(missedParts(coverage).map(({part}) => part)).toEqual(['unreachable forward', 'a tail that nobody has']);
    const names = coverage.parts.map(({part}) => part);
    expect(names).toEqual(
      expect.arrayContaining([
        'transposed backpropInput',
        'direct forward',
        expect.stringMatching(/ gather8, cut rows$/),
        expect.stringMatching(/ outer8, accumulating$/),
      ]),
    );
    expect(names).not.toContain('transposed forward');
    expect(summary.failed).toBe(0);
    expect(isGood(report)).toBe(false);
  } finally {
    undo();
  }
});

test.each([
  ['a choice of algorithms', {algorithms: ['direct']}],
  ['a choice of passes', {passes: ['forward']}],
  ['a choice of oracles', {oracles: ['reference']}],
  ['a problem by name', {problems: ['ih3iw3ic1oc1kh1kw1']}],
] as const)('%s need not reach everything, and hits are those of this run alone', async (_, choice) => {
  const problems = ['ih3iw3ic1oc1kh1kw1'];
  const {coverage} = await verify({...quick, problems, ...choice});
  expect(coverage.whole).toBe(false);
  expect(missedParts(coverage)).toEqual([]);
  expect(coverage.parts).toContainEqual({backend: 'cpu', part: 'im2col, a second block of pixels', hits: 0});
});

test('an interrupted report claims nothing', () => {
  const coverage = {parts: [{backend: 'cpu', part: 'p', hits: 0}], whole: true};
  const options = resolveOptions({}, ['cpu']);
  const report = makeReport(options, {tfjs: 'x', backends: {}}, new Tally(), 1, true, {coverage});
  expect(missedParts(report.coverage)).toEqual([]);
});
