import type {Pass} from '../../../src/geometry/pass.js';
import {valuesOracle} from '../../../src/verify/oracles/values.js';
import {ask, breakPass} from './ask.js';

/** Many problems, because each has one kind of data, and an image that gets data of every kind. */
const problems = [
  ...Array.from({length: 60}, (_, i) => `mb2ih${3 + (i % 9)}iw${4 + (i % 7)}ic2oc3kh2kw${1 + (i % 3)}-same`),
  ...['ih25iw29ic1oc2kh3kw2-same', 'ih29iw25ic1oc2kh3kw2-same'],
];

async function verdicts(algorithm: string, pass: Pass) {
  const all = [];
  for (const [i, problem] of problems.entries()) {
    all.push(await ask(valuesOracle, algorithm, pass, {problem, fill: valuesOracle.fills[i % 2]!}));
  }
  return all;
}

const zeros = (values: Float32Array) => values.filter((value) => value === 0).length;
const first = (values: Float32Array, images: number) => values.subarray(0, values.length / images);
const spread = (values: Float32Array) => Math.max(...values) - Math.min(...values);
const clamped = (most: number) => (out: Float32Array) => {
  for (const [i, value] of out.entries()) out[i] = Math.max(-most, Math.min(most, value));
};

test.each<[string, Pass, (a: Float32Array, b: Float32Array, out: Float32Array, images: number) => void]>([
  ['all of dy equal', 'backpropInput', (dy, _, out) => dy.every((value) => value === dy[0]) && out[0]++],
  ['x more than half zero', 'backpropFilter', (x, _, out) => zeros(x) > x.length / 2 && out[0]++],
  ['a single 1 in the filter', 'forward', (_, filter, out) => zeros(filter) === filter.length - 1 && out[0]++],
  ['no x below zero', 'forward', (x, _, out) => x.every((value) => value >= 0) && zeros(x) === 0 && out[0]++],
  [
    'an image of zeros',
    'forward',
    (x, _, out, images) => zeros(first(x, images)) === x.length / images && zeros(x) < x.length && out[0]++,
  ],
  [
    'a tiny dy that a float16 does not hold',
    'backpropInput',
    (dy, _, out) => dy.every((value) => Math.abs(value) < 6e-8) && out.fill(0),
  ],
  ['x beyond 65504', 'forward', (x, _, out) => x.some((value) => Math.abs(value) > 65504) && out.fill(Infinity)],
  ['dFilter kept within 16 bits', 'backpropFilter', (_, __, out) => clamped(32767)(out)],
  ['y kept within a float16', 'forward', (_, __, out) => clamped(65504)(out)],
  ['sums kept within 32 bits', 'forward', (_, __, out) => clamped(2 ** 31)(out)],
  ['sums kept within 53 bits', 'backpropFilter', (_, __, out) => clamped(2 ** 53)(out)],
  [
    'weights that are nearly equal',
    'forward',
    (_, filter, out) => spread(filter) > 0 && spread(filter) < 0.01 * Math.abs(filter[0]!) && out.fill(out[0]!),
  ],
  [
    'a dy of very different sizes',
    'backpropInput',
    (dy, _, out) => {
      const most = dy.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      if (dy.filter((value) => Math.abs(value) < 2 ** -20 * most).length > dy.length / 4) out[out.length - 1]! *= 2;
    },
  ],
  [
    'an output channel of the filter that is all zero',
    'forward',
    (_, filter, out) => [0, 1, 2].some((m) => filter.every((value, i) => i % 3 !== m || value === 0)) && out[0]++,
  ],
  ['no x above zero', 'forward', (x, _, out) => x.every((value) => value < 0) && out[0]++],
  [
    'weights that add up to zero',
    'forward',
    (_, filter, out) =>
      filter.length > 9 && zeros(filter) < 2 && filter.reduce((sum, v) => sum + v, 0) === 0 && out[0]++,
  ],
  ['a dy below 10⁻¹²', 'backpropInput', (dy, _, out) => dy.every((value) => Math.abs(value) < 1e-12) && out.fill(0)],
  ['an x beyond 10²⁰', 'forward', (x, _, out) => x.some((value) => Math.abs(value) > 1e20) && out.fill(Infinity)],
])('rejects a mistake that needs %s', async (_, pass, mistake) => {
  breakPass(pass, (right, info, a, b, out, engine) => {
    right(info, a, b, out, engine);
    mistake(a as Float32Array, b as Float32Array, out, info.batch);
  });
  const found = (await verdicts('broken', pass)).filter(({status}) => status === 'failed');
  expect(found.length).toBeGreaterThan(0);
  const input = String.raw`(x|filter|dy) .*, times 2\^-?\d+`;
  expect(found[0]!.reason).toMatch(new RegExp(`^with ${input}, and ${input}: element`));
});

test.each<Pass>(['forward', 'backpropInput', 'backpropFilter'])(
  'accepts a right %s on all kinds of values',
  async (pass) => {
    expect(new Set((await verdicts('direct', pass)).map(({status}) => status))).toEqual(new Set(['passed']));
  },
);
