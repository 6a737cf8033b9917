import pico from 'picocolors';
import {describeReport} from '../../src/cli/verifyTable.js';
import {resolveOptions} from '../../src/verify/options/resolveOptions.js';
import {makeReport} from '../../src/verify/report/report.js';
import type {VerifyResult} from '../../src/verify/report/result.js';
import {Tally} from '../../src/verify/report/tally.js';

const plain = pico.createColors(false);
const result = (more: Partial<VerifyResult>): VerifyResult => ({
  ...{
    problem: 'p1',
    backend: 'cpu',
    algorithm: 'direct',
    pass: 'forward',
    oracle: 'reference',
    fill: 'reals',
    provenance: 'uploaded',
    status: 'passed',
  },
  worst: {index: 0, got: 1, want: 1, error: 1, bound: 4},
  ...more,
});
const described = (...results: VerifyResult[]) =>
  describeReport(makeReport(resolveOptions({}, ['cpu']), {tfjs: 'x', backends: {}}, Tally.of(results), 1.25), plain);

test('a row counts problems, shows the worst ratio and sums comparable times', () => {
  const text = described(
    result({milliseconds: {ours: 100}}),
    result({oracle: 'builtin', milliseconds: {ours: 2, builtin: 5}}),
    result({
      problem: 'p2',
      oracle: 'builtin',
      milliseconds: {ours: 2, builtin: 7},
      worst: {index: 0, got: 1, want: 1, error: 1, bound: 2},
    }),
  );
  expect(text).toMatch(/│ cpu +│ direct +│ forward +│ +2 │ +0\.500 │ +4 │ +12 │ +3\.0× │/);
  expect(text).toMatch(/\n3 passed, 0 failed, 0 skipped, 0 vacuous in 1\.3 s, seed 1$/);
});

test('results beyond the float16 range are summed up in one line', () => {
  const overflow = (elements: number, largest: number) =>
    result({oracle: 'range', overflow: {elements, largest, beyond: 65504, became: 'Infinity'}});
  expect(described(overflow(2, 70000), overflow(3, 131072))).toContain(
    '\ncpu direct forward: float16 ends at 65504; in 2 cases, 5 results beyond it (up to 1.31e+5) became Infinity, and none within it did\n',
  );
});

test('each skip reason has one line with its count', () => {
  const text = described(
    result({}),
    ...[1, 2].map(() => result({oracle: 'builtin', status: 'skipped', reason: 'it throws'})),
  );
  expect(text).toContain('\n2 compared with the reference only, not the built-in: it throws\n');
});

test('each failure has one replay line, up to ten a row', () => {
  const failures = Array.from({length: 13}, (_, i) => {
    const failed = result({problem: `p${i}`, status: 'failed', reason: 'wrong', replay: `again p${i}.`});
    return [failed, {...failed, oracle: 'builtin' as const}];
  }).flat();
  const text = described(...failures);
  expect(text.match(/again p3\./g)).toHaveLength(1);
  expect(text).toContain(
    'cpu direct forward: 13 not passed\n  failed against reference and builtin on reals: wrong\n    again p0.',
  );
  expect(text.match(/again p/g)).toHaveLength(10);
  expect(text).toContain('… and 3 more; --json FILE has them all');
});

test('a report without results says that nothing was verified', () => {
  expect(described()).toMatch(/^nothing was verified: 0 passed/);
});

test('the table names code paths that never ran, otherwise the one that ran least', () => {
  const parts = [
    {backend: 'cpu', counter: 'tile 1×2', hits: 3},
    {backend: 'cpu', counter: 'tile 2×2', hits: 40},
    {backend: 'webgl', counter: 'odd rows', hits: 0},
  ];
  const of = (complete: boolean, from = parts) =>
    describeReport(
      makeReport(resolveOptions({}, ['cpu']), {tfjs: 'x', backends: {}}, Tally.of([result({})]), 1, false, {
        coverage: {complete, counters: from},
      }),
      plain,
    );
  expect(of(true)).toContain("\ncode paths that never ran, so nothing is proved about them: webgl's odd rows\n");
  expect(of(true, parts.slice(0, 2))).toContain("\n2 of 2 code paths ran; least often, 3×: cpu's tile 1×2\n");
  expect(of(false)).toContain('\n2 of 3 code paths ran (partial run)\n');
});
