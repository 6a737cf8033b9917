import {arithmeticOf} from '../../../src/backends/index.js';
import {parseProblem} from '../../../src/geometry/problem.js';
import type {Fill} from '../../../src/verify/data/fill.js';
import {makeTestVector} from '../../../src/verify/data/testVector.js';
import {errorBound} from '../../../src/verify/reference/bound.js';
import {type CompareOptions, compare, ratio} from '../../../src/verify/reference/compare.js';

const problem = parseProblem('mb2ih6iw7ic3oc4kh3kw2sh1sw2-same');
const given = (fill: Fill, more: Partial<CompareOptions> = {}): CompareOptions => ({
  fill,
  arithmetic: arithmeticOf('cpu'),
  headroom: 1,
  ...more,
});
const right = (fill: Fill) => {
  const expected = makeTestVector(problem, fill, 1, 1).expected.backpropFilter;
  return {expected, values: Float32Array.from(expected.values), shape: [...expected.shape]};
};

const changed = (values: ArrayLike<number>, index: number, value: number) =>
  Float64Array.from(values, (old, i) => (i === index ? value : old));

test.each(['integers', 'reals'] as const)('right %s pass', (fill) => {
  const {expected, ...got} = right(fill);
  expect(compare(got, expected, given(fill)).status).toBe('passed');
});

test.each(['integers', 'reals'] as const)('a gradient that is 0.1% off is rejected on %s', (fill) => {
  const {expected, values, shape} = right(fill);
  const off = values.map((value) => value * 1.001);
  expect(compare({values: off, shape}, expected, given(fill)).status).toBe('failed');
});

test('integers must agree exactly, and the worst element is named', () => {
  const {expected, values, shape} = right('integers');
  values[5] += 1;
  const {status, worst} = compare({values, shape}, expected, given('integers'));
  expect(status).toBe('failed');
  expect(worst).toEqual({index: 5, got: values[5], want: expected.values[5], error: 1, bound: 0});
});

test('reals may err by γ(K + 2)·S and no more', () => {
  const {expected, values, shape} = right('reals');
  const bound = errorBound(expected.terms[3], expected.magnitudes[3], arithmeticOf('cpu'));
  const exact = Float64Array.from(values);
  const at = (error: number) =>
    compare({values: changed(exact, 3, expected.values[3] + error), shape}, expected, given('reals'));
  expect(at(0.99 * bound).status).toBe('passed');
  expect(at(1.01 * bound)).toMatchObject({status: 'failed', worst: {index: 3}});
});

test('−0 is 0', () => {
  const {expected, values, shape} = right('integers');
  expected.values[0] = 0;
  expect(compare({values: changed(values, 0, -0), shape}, expected, given('integers')).status).toBe('passed');
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('%p always fails, even against itself', (bad) => {
  const {expected, values, shape} = right('reals');
  values[2] = bad;
  const verdict = compare({values, shape}, expected, given('reals', {other: {values, shape}}));
  expect(verdict.status).toBe('failed');
  expect(ratio(verdict.worst!)).toBe(Number.POSITIVE_INFINITY);
});

test('an element without terms must be exactly zero', () => {
  const gaps = makeTestVector(parseProblem('ih7iw7ic2oc2kh1kw1sh2sw2'), 'reals', 1, 1).expected.backpropInput;
  const index = gaps.terms.indexOf(0);
  const values = Float32Array.from(gaps.values);
  expect(compare({values, shape: gaps.shape}, gaps, given('reals')).status).toBe('passed');
  values[index] = 1e-30;
  expect(compare({values, shape: gaps.shape}, gaps, given('reals'))).toMatchObject({status: 'failed', worst: {index}});
});

test('a wrong shape fails, whatever the values', () => {
  const {expected, values, shape} = right('integers');
  const transposed = [shape[1], shape[0], shape[2], shape[3]];
  expect(compare({values, shape: transposed}, expected, given('integers')).reason).toBe(
    'shape is [2,3,3,4] with 72 values; it must be [3,2,3,4] with 72',
  );
  expect(compare({values: values.slice(1), shape}, expected, given('integers')).status).toBe('failed');
});

test('a result of mostly zeros is vacuous unless it is wrong', () => {
  const {expected, shape} = right('integers');
  expected.values.fill(0, 0, 52);
  const values = Float32Array.from(expected.values);
  expect(compare({values, shape}, expected, given('integers')).status).toBe('vacuous');
  values[0] = 1;
  expect(compare({values, shape}, expected, given('integers')).status).toBe('failed');
});

test('integers whose sums exceed the exact range are skipped', () => {
  const {expected, ...got} = right('integers');
  expect(compare(got, expected, given('integers', {headroom: 0}))).toMatchObject({status: 'skipped'});
  expect(compare(got, expected, given('integers', {headroom: 2 ** 20})).reason).toMatch(/beyond 2\^24/);
});

test('two rounded results may differ by the sum of their bounds', () => {
  const {expected, values, shape} = right('reals');
  const bound = errorBound(expected.terms[0], expected.magnitudes[0], arithmeticOf('cpu'));
  const exact = Float64Array.from(expected.values);
  const against = (difference: number) =>
    compare(
      {values: changed(exact, 0, exact[0] + difference), shape},
      expected,
      given('reals', {other: {values: exact, shape}}),
    ).status;
  expect(against(1.9 * bound)).toBe('passed');
  expect(against(2.1 * bound)).toBe('failed');
  expect(values).toHaveLength(exact.length);
});

test('a GPU may round twice as coarsely and flush subnormals', () => {
  expect(errorBound(9, 1, arithmeticOf('webgl')) / errorBound(9, 1, arithmeticOf('cpu'))).toBeCloseTo(2, 4);
  expect(errorBound(9, 0, arithmeticOf('webgl'))).toBe(18 * 2 ** -126);
});

test('float16 textures add one rounding and hold exact integers to 2048', () => {
  const f16 = arithmeticOf('webgl', true);
  const computing = errorBound(9, 1, arithmeticOf('webgl'));
  expect(errorBound(9, 1, f16, 0.5)).toBeCloseTo(2 ** -12 + (1 + 2 ** -11) * computing + 2 ** -25, 12);
  expect(errorBound(0, 0, f16)).toBe(0);
  expect(arithmeticOf('cpu', true)).toBe(arithmeticOf('cpu'));
  const wide = makeTestVector(parseProblem('ih3iw3ic64oc65kh3kw3'), 'integers', 1, 1, f16).expected.forward;
  const got = {values: Float32Array.from(wide.values), shape: [...wide.shape]};
  expect(compare(got, wide, given('integers', {arithmetic: f16})).status).toBe('passed');
  expect(compare(got, wide, given('integers', {arithmetic: f16, headroom: 4})).reason).toMatch(/beyond 2\^11/);
});
