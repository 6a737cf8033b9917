import {resolveOptions} from '../../src/verify/options.js';
import {quote, replayLine} from '../../src/verify/replay.js';
import {isGood, makeReport, mergeReports} from '../../src/verify/report.js';
import type {VerifyResult} from '../../src/verify/result.js';

const options = resolveOptions({seed: 11}, ['cpu']);
const result: VerifyResult = {
  problem: 'mb1ih1iw1ic1oc1kh1kw1sh1sw1dh1dw1-valid-nhwc',
  backend: 'cpu',
  algorithm: 'direct',
  pass: 'backpropFilter',
  oracle: 'reference',
  fill: 'reals',
  status: 'passed',
};
const reportOf = (...statuses: VerifyResult['status'][]) =>
  makeReport(
    options,
    {tfjs: '4.22.0', backends: {cpu: {}}},
    statuses.map((status) => ({...result, status})),
    2,
  );

test('the summary counts', () => {
  expect(reportOf('passed', 'failed', 'passed', 'skipped', 'vacuous').summary).toEqual({
    ...{passed: 2, failed: 1, skipped: 1, vacuous: 1, seconds: 2},
  });
});

test('good is: something passed, nothing failed, nothing was vacuous', () => {
  expect(isGood(reportOf('passed', 'skipped'))).toBe(true);
  expect(isGood(reportOf('passed', 'failed'))).toBe(false);
  expect(isGood(reportOf('passed', 'vacuous'))).toBe(false);
  expect(isGood(reportOf('skipped'))).toBe(false);
  expect(isGood(reportOf())).toBe(false);
});

test('reports of several backends become one', () => {
  const webgl = {
    ...makeReport(
      {...options, backends: ['webgl']},
      {tfjs: '4.22.0', browser: 'B', backends: {webgl: {float32: true}}},
      [],
      3,
      true,
    ),
  };
  expect(mergeReports([reportOf('passed'), webgl])).toMatchObject({
    options: {backends: ['cpu', 'webgl']},
    environment: {browser: 'B', backends: {cpu: {}, webgl: {float32: true}}},
    summary: {passed: 1, seconds: 5},
    interrupted: true,
  });
});

test('a replay line names everything the result depends on', () => {
  expect(replayLine('npm start --', result, {...options, imports: ["/it's here/mine.ts"]})).toBe(
    'npm start -- --backend cpu --problem mb1ih1iw1ic1oc1kh1kw1sh1sw1dh1dw1-valid-nhwc --seed 11 --algorithm direct ' +
      "--pass backpropFilter --fill reals --import '/it'\\''s here/mine.ts'",
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
