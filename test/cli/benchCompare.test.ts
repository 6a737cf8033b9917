import {readReport} from '../../src/cli/benchCompare.js';
import {reportOf, rowOf} from '../bench/rows.js';
import {userFiles} from '../support/userFiles.js';

const report = reportOf(rowOf({}));
const file = userFiles({
  ...{'good.json': JSON.stringify(report), 'text.json': 'no', 'newer.json': '{"version": 2}', 'null.json': 'null'},
  'other.json': '{"version": 1, "results": []}',
});

test('reads a report unchanged', () => {
  expect(readReport(file('good.json'), '--compare')).toEqual(report);
});

test.each([
  ['nowhere.json', 'cannot be read: ENOENT'],
  ['text.json', 'cannot be read: '],
  ['newer.json', 'has version 2 instead of 1'],
  ['null.json', 'has version undefined instead of 1'],
  ['other.json', 'is not a report of bench; name a file that `convgrad bench --json` wrote.'],
])('%s is refused with the flag and the reason', (name, why) => {
  expect(() => readReport(file(name), '--compare')).toThrow(`--compare: ${file(name)} ${why}`);
});
