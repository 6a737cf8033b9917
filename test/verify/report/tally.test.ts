import type {VerifyResult} from '../../../src/verify/report/result.js';
import {Tally} from '../../../src/verify/report/tally.js';

const result = (more: Partial<VerifyResult>): VerifyResult => ({
  ...{problem: 'p', backend: 'cpu', algorithm: 'direct', pass: 'forward', oracle: 'reference'},
  ...{fill: 'reals', provenance: 'uploaded', status: 'passed'},
  ...more,
});

test('rows add up results and count each problem once', () => {
  const worst = (error: number) => ({index: 0, got: 0, want: 0, error, bound: 1});
  const {rows} = Tally.of([
    result({worst: worst(0.2), milliseconds: {ours: 1, builtin: 3}}),
    result({oracle: 'builtin', worst: worst(0), milliseconds: {ours: 9}}),
    result({problem: 'q', status: 'failed', worst: worst(5)}),
    result({problem: 'q', status: 'skipped', reason: 'no'}),
    result({pass: 'backpropInput'}),
  ]);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toEqual({
    ...{backend: 'cpu', algorithm: 'direct', pass: 'forward'},
    ...{cases: 2, passed: 2, failed: 1, skipped: 1, vacuous: 0, worstRatio: 5},
    ratios: [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1],
    milliseconds: {ours: 1, builtin: 3},
  });
});

test('a long run lists failures and counts the rest', () => {
  const tally = new Tally();
  const many = Array.from({length: 1000}, () => result({status: 'skipped', reason: 'no'}));
  for (let i = 0; i < 60; i++) tally.add(many);
  const before = tally.results.length;
  expect(before + tally.omitted).toBe(60_000);
  expect(tally.omitted).toBeGreaterThan(0);
  tally.add([result({status: 'failed'}), result({})]);
  expect(tally.results.slice(before).map(({status}) => status)).toEqual(['failed']);
  for (let i = 0; i < 20; i++) tally.add(Array.from({length: 1000}, () => result({status: 'failed'})));
  expect(tally.results.length).toBeLessThan(before + 10_000);
  expect(tally.total('failed')).toBe(20_001);
  expect(tally.skipReasons).toEqual([{oracle: 'reference', reason: 'no', count: 60_000}]);
});

test('similar skip reasons merge, and only the first failure of a row keeps its heatmap', () => {
  const tally = Tally.of(Array.from({length: 500}, (_, i) => result({status: 'skipped', reason: `sums reach ${i}`})));
  expect(tally.skipReasons.length).toBeLessThan(250);
  expect(tally.skipReasons.reduce((sum, {count}) => sum + count, 0)).toBe(500);
  const heatmap = {shape: [1], slices: []};
  tally.add([1, 2].map(() => result({status: 'failed', heatmap})));
  expect(tally.results.filter((kept) => kept.heatmap)).toHaveLength(1);
});
