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
  describeReport(makeReport(resolveOptions({}, ['cpu']), {tfjs: 'x', backends: {}}, Tally.of(results), 1.25), {
    colors: plain,
    details: true,
    width: 1000,
  });

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
  expect(text).toMatch(/^cpu: forward right in 2 problems, 3 comparisons, 0 failed\n/);
  expect(text).toContain('\n1.3 s, seed 1\n');
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
  expect(text.match(/again p/g)).toHaveLength(11); // the last line is the first of them again
  expect(text).toContain('… and 3 more; --json FILE has them all');
});

test('a report without results says that nothing was verified', () => {
  expect(described()).toMatch(/^nothing was verified: 0 comparisons/);
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
      {colors: plain, details: true, width: 1000},
    );
  expect(of(true)).toContain("\ncode paths that never ran, so nothing is proved about them: webgl's odd rows\n");
  expect(of(true, parts.slice(0, 2))).toContain("\n2 of 2 code paths ran; least often, 3×: cpu's tile 1×2\n");
  expect(of(false)).toContain('\n2 of 3 code paths ran (partial run)\n');
});

const summary = (width: number, ...results: VerifyResult[]) =>
  describeReport(makeReport(resolveOptions({}, ['cpu']), {tfjs: 'x', backends: {}}, Tally.of(results), 1), {
    ...{colors: plain, width, command: 'npm start --'},
  });

test.each([60, 80])('without details, no line but a command is longer than %i columns', (width) => {
  const skipped = Array.from({length: 9}, (_, i) =>
    result({status: 'skipped', reason: `reason ${i}: ${'a long explanation '.repeat(6)}`}),
  );
  const lines = summary(
    width,
    ...(['forward', 'backpropInput', 'backpropFilter'] as const).map((pass) => result({pass})),
    ...skipped,
  ).split('\n');
  expect(lines.filter((line) => line.length > width)).toEqual([]);
  expect(lines.filter((line) => /^ +1 {2}reason/.test(line))).toHaveLength(4);
  expect(lines).toContain('     … 5 more reasons: --details');
  expect(lines.join(' ')).toContain('next: npm start -- --thorough');
});

test('the same reason from several oracles is one line', () => {
  const text = summary(
    80,
    result({}),
    ...(['values', 'zero'] as const).map((oracle) => result({oracle, status: 'skipped', reason: 'why'})),
  );
  expect(text).toContain('2 comparisons skipped, because\n  2  why\n');
});

test('a failure tells diagnosis and smallest case in twelve lines before the table, and ends with the replay line', () => {
  const smallest = {
    problem: 'mb1ih1iw3ic1oc1kh1kw2sh1sw2dh1dw1-same-nhwc',
    replay: `again ${'with many words '.repeat(9)}`,
  };
  const failed = result({
    ...{problem: 'p2', algorithm: 'im2col', status: 'failed', reason: 'wrong', replay: 'the first'},
    milliseconds: {ours: 1, builtin: 9},
    diagnosis: {
      text: `${'it is wrong in some way; '.repeat(40)}. Smallest case ${smallest.problem}; replay: ${smallest.replay}`,
      ...{smallest, groups: []},
    },
  });
  const lines = summary(80, result({}), failed, result({status: 'failed', reason: 'wrong too'})).split('\n');
  expect(lines[0]).toBe('cpu: forward wrong in 2 of 2 problems, 3 comparisons, 2 failed');
  const told = lines.slice(2, lines.findIndex((line) => line.startsWith('┌')) - 1);
  expect(told.length).toBeLessThanOrEqual(12);
  expect(told[0]).toBe('cpu im2col forward is wrong');
  expect(told).toContain('  smallest case: 1 image of 1 × 3, 1 → 1 channel, kernel 1 × 2, stride 1 × 2,');
  expect(told.at(-1)).toBe('  also wrong: cpu direct forward (--details has all)');
  expect(lines.at(-1)).toBe(smallest.replay);
  expect(lines.join('\n')).not.toContain('9.0×');
});
