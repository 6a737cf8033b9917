import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {ReportFile} from '../../src/cli/reportFile.js';
import {jsonReport} from '../../src/cli/reports/json.js';
import {resolveOptions} from '../../src/verify/options/resolveOptions.js';
import {makeReport, type VerifyReport} from '../../src/verify/report/report.js';
import {Tally} from '../../src/verify/report/tally.js';
import {userFiles} from '../support/userFiles.js';

const file = userFiles({'folder/inside.txt': ''});

const report: VerifyReport = makeReport(resolveOptions({}, ['cpu']), {tfjs: '4.22.0', backends: {}}, new Tally(), 1);

test('replaces the old report, leaves no other file and writes NaN as a string', () => {
  const path = file('folder/report.json');
  writeFileSync(path, 'old');
  const file1 = new ReportFile(path, '--json', jsonReport);
  file1.write({...report, seed: Number.NaN});
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({version: 1, seed: 'NaN'});
  expect(readdirSync(file('folder')).sort()).toEqual(['inside.txt', 'report.json']);
});

test('writes at most every few seconds', () => {
  const made: number[] = [];
  const kept = new ReportFile(file('kept.json'), '--json', jsonReport);
  const now = jest.spyOn(Date, 'now');
  const start = Date.now();
  for (const seconds of [0, 1, 4, 6, 7, 12]) {
    now.mockReturnValue(start + 1000 * seconds);
    kept.writeIfDue(() => {
      made.push(seconds);
      return report;
    });
  }
  now.mockRestore();
  expect(made).toEqual([6, 12]);
});

test.each(['folder', 'none/report.json', 'folder/inside.txt/report.json'])('refuses %s as a path', (name) => {
  expect(() => new ReportFile(file(name), '--json', jsonReport)).toThrow(/^--json: .* cannot be written: /);
});
