import '@tensorflow/tfjs';
import {defineAlgorithm} from '../../../src/algorithms/index.js';
import {isGood, verify} from '../../../src/verify/index.js';
import {resolveOptions} from '../../../src/verify/options/resolveOptions.js';
import {missedCounters} from '../../../src/verify/proof/coverage.js';
import {makeReport} from '../../../src/verify/report/report.js';
import {Tally} from '../../../src/verify/report/tally.js';

const quick = {backends: ['cpu'], cases: 1, oracles: ['reference', 'determinism']} as const;

test('a full run reaches every code path, and one that it misses fails the run', async () => {
  const undo = defineAlgorithm({
    ...{name: 'unreachable', supports: ({batch}) => batch > 2 ** 20 || 'it wants a million images'},
    forward() {},
    counters: [{name: 'a tail that nobody has', hits: 0}],
  });
  try {
    const report = await verify(quick);
    const {coverage, summary} = report;
    expect(coverage.complete).toBe(true);
    expect(missedCounters(coverage).map(({counter: part}) => part)).toEqual([
      'unreachable forward',
      'a tail that nobody has',
    ]);
    const names = coverage.counters.map(({counter: part}) => part);
    expect(names).toEqual(
      expect.arrayContaining([
        'transposed backpropInput',
        'direct forward',
        expect.stringMatching(/ igemm8, cut rows$/),
        expect.stringMatching(/ igemmTransposed8, accumulating$/),
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
] as const)('%s makes coverage incomplete, so no code path counts as missed', async (_, choice) => {
  const problems = ['ih3iw3ic1oc1kh1kw1'];
  const {coverage} = await verify({...quick, problems, ...choice});
  expect(coverage.complete).toBe(false);
  expect(missedCounters(coverage)).toEqual([]);
  expect(coverage.counters).toContainEqual({backend: 'cpu', counter: 'im2col, a second block of pixels', hits: 0});
});

test('an interrupted run reports no missed code path', () => {
  const coverage = {counters: [{backend: 'cpu', counter: 'p', hits: 0}], complete: true};
  const options = resolveOptions({}, ['cpu']);
  const report = makeReport(options, {tfjs: 'x', backends: {}}, new Tally(), 1, true, {coverage});
  expect(missedCounters(report.coverage)).toEqual([]);
});
