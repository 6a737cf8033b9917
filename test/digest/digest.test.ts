import {uninstall} from 'tfjs-convgrad';
import {differencesOf, digestOf, problemsOf, summaryOf} from './digest.js';
import {bitsOf, hashesOf, hashOf, prepare} from './subject.js';

const host = {prepare, hashesOf, close: async () => {}};
const problems = ['ih4iw4ic2oc2kh3kw3-same', 'ih4iw4ic4oc4kh3kw3-same-nhwc-depthwise', 'ih4iw4ic2oc3kh1kw1-bias-prelu'];

afterAll(uninstall);

test('a digest lists every algorithm and result and is reproducible', async () => {
  const [once, again] = [await digestOf(host, 'cpu', problems), await digestOf(host, 'cpu', problems)];
  expect(differencesOf({cpu: once}, {cpu: again}, {})).toEqual([]);
  expect(Object.keys(once)).toEqual(expect.arrayContaining(['depthwise', 'direct']));
  expect(Object.keys(once['direct']![problems[2]!]!)).toEqual(['y', 'dx', 'dFilter', 'dBias']);
  expect(summaryOf('cpu', once)).toContainEqual(expect.stringMatching(/^cpu direct dx: [0-9a-f]{16} of 3 problems$/));
});

test('a hash changes with any bit, and all NaN are equal', () => {
  const of = (...values: number[]) => hashOf(bitsOf(Float32Array.from(values)));
  expect(of(1, 2)).not.toBe(of(2, 1));
  expect(of(0)).not.toBe(of(-0));
  expect(of(1)).not.toBe(of(1 + 2 ** -23));
  expect(of(1)).not.toBe(of(1, 0));
  expect(of(Number.NaN)).toBe(of(Number.NaN));
});

test('a comparison names what differs, is missing or is new, and follows renamings', () => {
  const before = {cpu: {old: {p: {y: 'a', dx: 'b'}, q: {y: 'c'}}, gone: {p: {y: 'a'}}}};
  const after = {cpu: {name: {p: {y: 'a', dx: 'x'}, q: {}}, another: {p: {y: 'a'}}}, wasm: {}};
  expect(differencesOf(before, after, {old: 'name'})).toEqual([
    'cpu gone: gone',
    'cpu name dx: 1 problems differ, the first is p',
    'cpu name y: 1 problems differ, the first is q',
    'cpu another: new',
    'wasm: not in the digest to compare with',
  ]);
});

test('the list has 500 distinct problems', () => {
  const all = problemsOf(new URL(`file://${__dirname}/problems.txt`));
  expect(new Set(all).size).toBe(500);
});
