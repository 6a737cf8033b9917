import {type ArrayRow, coveringArray} from '../../../src/verify/cases/coveringArray.js';

const factors = {
  size: [1, 2, 3],
  pad: ['same', 'valid', 1],
  mode: [undefined, 'ceil'],
  kind: ['dense', 'depthwise'],
} as const;
type R = ArrayRow<typeof factors>;
const names = Object.keys(factors) as (keyof R)[];
const always = () => true;

/** The number of combinations of levels of these factors that occur in the rows. */
const covered = (rows: R[], tuple: (keyof R)[]) =>
  new Set(rows.map((row) => tuple.map((name) => row[name]).join())).size;

test('every pair of levels occurs, in fewer than 18 rows', () => {
  const rows = coveringArray(factors, [], always);
  for (const [i, a] of names.entries()) {
    for (const b of names.slice(i + 1)) expect(covered(rows, [a, b])).toBe(factors[a].length * factors[b].length);
  }
  expect(rows.length).toBeLessThan(18);
});

test('every combination of a group occurs', () => {
  expect(covered(coveringArray(factors, [['size', 'pad', 'mode']], always), ['size', 'pad', 'mode'])).toBe(18);
});

test('no row is forbidden, and every allowed pair occurs', () => {
  const allows = ({pad, mode}: R) => mode === undefined || typeof pad === 'number';
  const rows = coveringArray(factors, [], allows);
  expect(rows.every(allows)).toBe(true);
  expect(covered(rows, ['pad', 'mode'])).toBe(4);
  expect(covered(rows, ['size', 'mode'])).toBe(6);
  expect(covered(rows, ['size', 'pad'])).toBe(9);
});

test('the rows are deterministic', () => {
  expect(coveringArray(factors, [], always)).toEqual(coveringArray(factors, [], always));
});
