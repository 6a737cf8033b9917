import {compareReports} from '../../src/bench/compareReports.js';
import {reportOf, rowOf} from './rows.js';

const peak = (whole: number, noise = 0, layer = 'one') => rowOf({layer, fractionOfPeak: {whole}, noise});
const only = (old: ReturnType<typeof rowOf>, now: ReturnType<typeof rowOf>) =>
  compareReports(reportOf(old), reportOf(now)).changes[0];

test('fractions of the peak are compared if both rows have one, otherwise GFLOP/s', () => {
  expect(only(peak(0.4), peak(0.6))).toMatchObject({
    by: 'fractionOfPeak',
    old: 0.4,
    new: 0.6,
    ratio: expect.closeTo(1.5, 9),
  });
  expect(only(peak(0.4), rowOf({gflops: {ours: 3}}))).toMatchObject({by: 'gflops', old: 1, new: 3, ratio: 3});
});

test.each([
  [0.5, 0.45, 0.05, 0, true],
  [0.5, 0.45, 0.2, 0, false],
  [0.5, 0.45, 0, 0.2, false],
  [0.5, 0.6, 0, 0, false],
])('a change from %d to %d with noise %d and %d is slower: %s', (old, now, noiseOld, noiseNew, slower) => {
  expect(only(peak(old, noiseOld), peak(now, noiseNew)).slower).toBe(slower);
});

test('rows match by problem, backend and pass, not by algorithm', () => {
  const old = reportOf(peak(0.2), peak(0.2, 0, 'gone'), rowOf({layer: 'refused', milliseconds: {}}));
  const now = reportOf(
    {...peak(0.4), algorithm: 'winograd'},
    {...peak(0.4), pass: 'backpropInput'},
    rowOf({layer: 'refused'}),
  );
  const {changes, only, mean} = compareReports(old, now);
  expect(changes).toEqual([
    expect.objectContaining({layer: 'one', pass: 'forward', algorithm: {old: 'implicitGemm', new: 'winograd'}}),
  ]);
  expect(only).toEqual({old: 1, new: 2});
  expect(mean).toBeCloseTo(2, 9);
});

test('reports without a common row have no mean', () => {
  expect(compareReports(reportOf(peak(1)), reportOf())).toEqual({changes: [], only: {old: 1, new: 0}});
});
