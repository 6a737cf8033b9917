import {mergeReports} from '../../src/bench/mergeReports.js';
import {reportOf, rowOf} from './rows.js';

const here = reportOf(rowOf({ratio: 4}), rowOf({layer: 'two'}));
const base = reportOf(rowOf({backend: 'webgl', ratio: 2}));
const page = {
  ...base,
  options: {...base.options, backends: ['webgl']},
  environment: {browser: 'Chrome/1', tfjs: '4.22.0', backends: {webgl: {renderer: 'SwiftShader'}}},
  ...{engines: {}, summary: {...base.summary, left: 1, seconds: 2}, interrupted: true as const},
};

test('several runs merge into one report with all rows, machines and left-out rows', () => {
  const merged = mergeReports([here, page]);
  expect(merged.results.map(({backend}) => backend)).toEqual(['cpu', 'cpu', 'webgl']);
  expect(merged).toMatchObject({
    options: {backends: ['cpu', 'webgl']},
    environment: {node: 'v20', browser: 'Chrome/1', backends: {cpu: {}, webgl: {renderer: 'SwiftShader'}}},
    ...{engines: {cpu: 'simd'}, summary: {measured: 3, left: 1, seconds: 3}, interrupted: true},
  });
  expect(merged.summary.rows.map(({backend, ratio}) => [backend, ratio])).toEqual([
    ['cpu', expect.closeTo(4)],
    ['webgl', expect.closeTo(2)],
  ]);
});

test('rows of runs that never started count as left out', () => {
  expect(mergeReports([here], 3).summary.left).toBe(4);
});
