import {resolveOptions} from '../../../src/verify/options/resolveOptions.js';
import {makeReport, type VerifyReport} from '../../../src/verify/report/report.js';
import type {VerifyResult} from '../../../src/verify/report/result.js';
import {Tally} from '../../../src/verify/report/tally.js';

/** One result as verify() makes them. */
export const result = (more: Partial<VerifyResult>): VerifyResult => ({
  ...{problem: 'p1', backend: 'cpu', algorithm: 'direct', pass: 'forward', oracle: 'reference'},
  ...{fill: 'reals', provenance: 'uploaded', status: 'passed', worst: {index: 0, got: 1, want: 1, error: 1, bound: 4}},
  ...more,
});

/** A failure with every field that a report shows, and characters to escape. */
export const failure = result({
  ...{
    problem: 'p2',
    name: 'a & b',
    status: 'failed',
    reason: 'element 1 is <NaN>\u0000 "quoted"',
    replay: "again 'p2'",
  },
  worst: {index: 1, got: Number.NaN, want: 2, error: Number.POSITIVE_INFINITY, bound: 0.5},
  diagnosis: {text: 'taps <flipped>', smallest: {problem: 'p', replay: 'r'}, groups: []},
  heatmap: {
    shape: [1, 2, 2, 1],
    slices: [
      {
        ...{place: 'batch 0, channel 0', from: [0, 0], columns: 2},
        ...{got: [1, Number.NaN, -3, 0], want: [1, 2, -2.5, 0], bound: [0.5, 0.5, 2, 0]},
      },
    ],
  },
});

export const reportOf = (...results: VerifyResult[]): VerifyReport =>
  makeReport(
    resolveOptions({seed: 7}, ['cpu']),
    {tfjs: '4.22.0', node: 'v20', backends: {cpu: {}}},
    Tally.of(results),
    1.25,
  );
