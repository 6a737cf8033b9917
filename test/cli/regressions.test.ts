import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {readRegressions, saveRegressions} from '../../src/cli/regressions.js';
import type {VerifyReport, VerifyResult} from '../../src/verify/index.js';
import {userFiles} from '../support/userFiles.js';

const file = userFiles({
  'text.json': 'mb1',
  'list.json': '[]',
  'problem.json': '{"problems": ["ih3iw3ic1oc1kh1kw1", "ih3"]}',
  'nested.json': '{"problems": [["ih3iw3ic1oc1kh1kw1"]]}',
  'null.json': 'null',
  'later.json': '{"version": 2, "problems": []}',
  'huge.json': '{"problems": ["ih10000iw10000ic1oc1kh3kw3"]}',
  'slow.json': '{"problems": ["ih256iw256ic64oc64kh99kw99-same"]}',
  'long.json': `{"problems": []}${' '.repeat(2 ** 20)}`,
});
const problem = (i: number) => `mb1ih${i}iw2ic1oc1kh1kw1sh1sw1dh1dw1-valid-nhwc`;
const leNet = 'mb1ih28iw28ic1oc6kh5kw5sh1sw1dh1dw1-same-nhwc';
const reportOf = (...results: Partial<VerifyResult>[]) => ({results}) as VerifyReport;
const failed = (i: number) => ({status: 'failed' as const, problem: problem(i)});

test('keeps up to a hundred failed problems, newest first, each once', () => {
  const path = file('new/regressions.json');
  expect(readRegressions(path)).toEqual([]);
  saveRegressions(path, reportOf({status: 'passed', problem: problem(9)}, {...failed(8), problem: leNet}));
  expect(existsSync(path)).toBe(false);
  saveRegressions(path, reportOf(failed(1), failed(2), failed(1)));
  const diagnosis = {text: '', smallest: {problem: problem(4), replay: ''}, groups: []};
  saveRegressions(path, reportOf({...failed(7), problem: leNet, diagnosis}, failed(3), failed(2)));
  expect(readRegressions(path)).toEqual([4, 3, 2, 1].map(problem));
  for (let run = 1; run < 9; run++) {
    saveRegressions(path, reportOf(...Array.from({length: 30}, (_, i) => failed(100 * run + i))));
  }
  expect(readRegressions(path)).toHaveLength(100);
  expect(readRegressions(path)[0]).toBe(problem(800));
  expect(JSON.parse(readFileSync(path, 'utf8')).version).toBe(1);
});

test.each([
  ['text.json', /text\.json: .* JSON.*; repair or delete it, or pass --no-regressions\.$/],
  ['list.json', /list\.json: it has no list of problems; repair/],
  ['problem.json', /problem\.json: problem: 'ih3' lacks .*; repair/],
  ['nested.json', /nested\.json: problem 1 is \["ih3iw3ic1oc1kh1kw1"\] instead of text; repair/],
  ['null.json', /null\.json: it is not a JSON object; repair/],
  ['later.json', /later\.json: it has version 2 instead of 1; repair/],
  ['huge.json', /huge\.json: 'ih1.*' has \d+ elements; the limit for a saved problem is 67108864; repair/],
  ['slow.json', /slow\.json: 'ih2.*' takes \d+ operations; the limit for a saved problem is 137438953472; repair/],
  ['long.json', /long\.json: it has 1048592 bytes; the limit is 1048576; repair/],
])('a malformed %s is refused in one line and left unchanged', (name, line) => {
  expect(() => readRegressions(file(name))).toThrow(line);
  const before = readFileSync(file(name), 'utf8');
  expect(() => saveRegressions(file(name), reportOf(failed(1)))).toThrow(line);
  expect(readFileSync(file(name), 'utf8')).toBe(before);
});

test('duplicates in a file are read once', () => {
  writeFileSync(file('twice.json'), JSON.stringify({problems: [problem(1), problem(1)]}));
  expect(readRegressions(file('twice.json'))).toEqual([problem(1)]);
});

test('a folder or a pipe is refused without blocking', () => {
  mkdirSync(file('folder.json'));
  execFileSync('mkfifo', [file('pipe.json')]);
  for (const name of ['folder.json', 'pipe.json']) {
    expect(() => readRegressions(file(name))).toThrow(/\.json: it is not a file; repair or delete it/);
    expect(() => saveRegressions(file(name), reportOf(failed(1)))).toThrow(/it is not a file/);
  }
});

test('saving keeps other fields of the file and drops problems that are too large', () => {
  writeFileSync(file('noted.json'), JSON.stringify({note: 'of mine', problems: [problem(1)]}));
  const huge = 'mb1ih9000iw9000ic1oc1kh1kw1sh1sw1dh1dw1-valid-nhwc';
  saveRegressions(file('noted.json'), reportOf({...failed(2), problem: huge}, failed(3)));
  expect(JSON.parse(readFileSync(file('noted.json'), 'utf8'))).toEqual({
    version: 1,
    note: 'of mine',
    problems: [3, 1].map(problem),
  });
});
