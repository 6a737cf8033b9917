import {resolveOptions} from '../../../src/verify/options/resolveOptions.js';
import {isGood, makeReport} from '../../../src/verify/report/report.js';
import type {VerifyResult} from '../../../src/verify/report/result.js';
import {Tally} from '../../../src/verify/report/tally.js';
import {quote, replayLine} from '../../../src/verify/reproduce/replay.js';

const options = resolveOptions({seed: 11}, ['cpu']);
const result: VerifyResult = {
  problem: 'mb1ih1iw1ic1oc1kh1kw1sh1sw1dh1dw1-valid-nhwc',
  backend: 'cpu',
  algorithm: 'direct',
  pass: 'backpropFilter',
  oracle: 'reference',
  fill: 'reals',
  provenance: 'uploaded',
  status: 'passed',
};
const reportOf = (...statuses: VerifyResult['status'][]) =>
  makeReport(
    options,
    {tfjs: '4.22.0', backends: {cpu: {}}},
    Tally.of(statuses.map((status) => ({...result, status}))),
    2,
  );

test('the summary counts results by status', () => {
  expect(reportOf('passed', 'failed', 'passed', 'skipped', 'vacuous').summary).toEqual({
    ...{passed: 2, failed: 1, skipped: 1, vacuous: 1, problems: 1, seconds: 2},
  });
});

test('a report is good if something passed and nothing failed or was vacuous', () => {
  expect(isGood(reportOf('passed', 'skipped'))).toBe(true);
  expect(isGood(reportOf('passed', 'failed'))).toBe(false);
  expect(isGood(reportOf('passed', 'vacuous'))).toBe(false);
  expect(isGood(reportOf('skipped'))).toBe(false);
  expect(isGood(reportOf())).toBe(false);
});

test('a replay line names everything that the result depends on', () => {
  expect(replayLine('npm start --', result, {...options, imports: ["/it's here/mine.ts"]})).toBe(
    'npm start -- --backend cpu --problem mb1ih1iw1ic1oc1kh1kw1sh1sw1dh1dw1-valid-nhwc --seed 11 --algorithm direct ' +
      "--pass backpropFilter --fill reals --provenance uploaded --import '/it'\\''s here/mine.ts'",
  );
});

test.each([
  ['plain/path.ts', 'plain/path.ts'],
  ['', "''"],
  ['a b', "'a b'"],
  ['$HOME', "'$HOME'"],
])('quotes %j for a shell', (word, quoted) => {
  expect(quote(word)).toBe(quoted);
});
