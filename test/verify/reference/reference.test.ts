import fc from 'fast-check';
import {passes} from '../../../src/geometry/pass.js';
import {formatProblem, parseProblem, problemInfo} from '../../../src/geometry/problem.js';
import {convolutionProblem} from '../../../src/verify/cases/randomProblem.js';
import {drawInputs} from '../../../src/verify/data/fill.js';
import {outputSize, reference} from '../../../src/verify/reference/reference.js';

const line = (length: number, first = 1) => Float32Array.from({length}, (_, i) => first + i);

test('matches a hand computation of a 2×2 filter on 3×3', () => {
  const problem = parseProblem('ih3iw3ic1oc1kh2kw2');
  const {forward, backpropInput, backpropFilter} = reference(problem, {x: line(9), filter: line(4), dy: line(4)});
  // [1 2 3; 4 5 6; 7 8 9] against [1 2; 3 4], dy = [1 2; 3 4]
  expect([...forward.values]).toEqual([37, 47, 67, 77]);
  expect([...backpropInput.values]).toEqual([1, 4, 4, 6, 20, 16, 9, 24, 16]);
  expect([...backpropFilter.values]).toEqual([37, 47, 67, 77]);
  expect([...forward.terms]).toEqual([4, 4, 4, 4]);
  expect([...backpropInput.terms]).toEqual([1, 2, 1, 2, 4, 2, 1, 2, 1]);
});

test('SAME with an even kernel pads at the end, and S sums absolute values', () => {
  const problem = parseProblem('ih1iw3ic1oc1kh1kw2-same');
  const {forward} = reference(problem, {
    x: Float32Array.of(1, -2, 3),
    filter: Float32Array.of(10, 1),
    dy: Float32Array.of(1, 1, 1),
  });
  expect([...forward.values]).toEqual([8, -17, 30]);
  expect([...forward.magnitudes]).toEqual([12, 23, 30]);
  expect([...forward.terms]).toEqual([2, 2, 1]);
});

test('filter[i, j, c, f] leads from channel c to f', () => {
  const problem = parseProblem('ih1iw1ic2oc3kh1kw1');
  const {forward, backpropInput, backpropFilter} = reference(problem, {x: line(2), filter: line(6), dy: line(3)});
  expect([...forward.values]).toEqual([9, 12, 15]);
  expect([...backpropInput.values]).toEqual([14, 32]);
  expect([...backpropFilter.values]).toEqual([1, 2, 3, 2, 4, 6]);
});

test('a depthwise filter[i, j, c, m] leads from channel c to c·M + m', () => {
  const problem = parseProblem('ih1iw1ic2oc6kh1kw1-depthwise');
  const {forward, backpropInput, backpropFilter} = reference(problem, {x: line(2), filter: line(6), dy: line(6)});
  expect([...forward.values]).toEqual([1, 2, 3, 8, 10, 12]);
  expect([...backpropInput.values]).toEqual([1 + 4 + 9, 16 + 25 + 36]);
  expect([...backpropFilter.values]).toEqual([1, 2, 3, 8, 10, 12]);
  expect(backpropFilter.shape).toEqual([1, 1, 2, 3]);
  expect([[...forward.terms], [...backpropInput.terms]]).toEqual([Array(6).fill(1), [3, 3]]);
});

test('a depthwise convolution equals a dense one with zeros between channels', () => {
  const depthwise = parseProblem('mb2ih7iw6ic3oc6kh3kw2sh2sw1dh1dw2-same-depthwise');
  const dense = {...depthwise, kind: 'dense' as const};
  const inputs = drawInputs(depthwise, 'integers', 4);
  const [C, F] = [3, 6];
  const index = (tap: number, f: number) => (tap * C + Math.floor(f / 2)) * F + f;
  const filter = new Float32Array(3 * 2 * C * F);
  inputs.filter.forEach((weight, i) => {
    filter[index(Math.floor(i / F), i % F)] = weight;
  });
  const [got, want] = [reference(depthwise, inputs), reference(dense, {...inputs, filter})];
  expect([...got.forward.values]).toEqual([...want.forward.values]);
  expect([...got.backpropInput.values]).toEqual([...want.backpropInput.values]);
  const own = [...got.backpropFilter.values].map((_, i) => want.backpropFilter.values[index(Math.floor(i / F), i % F)]);
  expect([...got.backpropFilter.values]).toEqual(own);
});

test.each([
  // tfjs sizes the second from the height: issue 649.
  ['ih6iw6ic1oc1kh3kw3sh2sw2-p0-ceil', [3, 3]],
  ['ih5iw5ic1oc1kh3kw1-p1', [5, 7]],
  ['ih6iw6ic1oc1kh3kw3sh2sw2-p0-round', [3, 3]],
  ['ih6iw6ic1oc1kh3kw3sh2sw2-p0-floor', [2, 2]],
  ['ih8iw8ic1oc1kh3kw3sh3sw4-p0-round', [3, 2]],
  ['ih5iw6ic1oc1kh1kw2sh3sw4-same', [2, 2]],
])('the output size of %s follows the definition', (text, size) => {
  expect(outputSize(parseProblem(text))).toEqual(size);
});

test('the output size agrees with conv2dInfo on random problems', () => {
  fc.assert(
    fc.property(convolutionProblem, (problem) => {
      const info = problemInfo(problem);
      expect(outputSize(problem)).toEqual([info.outHeight, info.outWidth]);
    }),
    {seed: 5, numRuns: 300},
  );
});

/** ⟨y, dy⟩ as a function of x and filter: the convolution is linear in each, so a central difference of step 1 is exact on integers. */
test('gradients equal finite differences of ⟨y, dy⟩ exactly', () => {
  fc.assert(
    fc.property(convolutionProblem, fc.nat(), (problem, pick) => {
      const inputs = drawInputs(problem, 'integers', 3);
      const loss = (x: Float32Array, filter: Float32Array) =>
        reference(problem, {...inputs, x, filter}).forward.values.reduce((sum, y, i) => sum + y * inputs.dy[i], 0);
      const nudged = (values: Float32Array, at: number, by: number) => values.map((v, i) => (i === at ? v + by : v));
      const {backpropInput, backpropFilter} = reference(problem, inputs);
      const {x, filter} = inputs;
      const atX = pick % x.length;
      const atFilter = pick % filter.length;
      expect((loss(nudged(x, atX, 1), filter) - loss(nudged(x, atX, -1), filter)) / 2).toBe(
        backpropInput.values[atX] + 0,
      );
      expect((loss(x, nudged(filter, atFilter, 1)) - loss(x, nudged(filter, atFilter, -1))) / 2).toBe(
        backpropFilter.values[atFilter] + 0,
      );
    }),
    {seed: 7, numRuns: 60},
  );
});

test('every pass sums the same number of terms', () => {
  fc.assert(
    fc.property(convolutionProblem, (problem) => {
      const expected = reference(problem, drawInputs(problem, 'reals', 1));
      const totals = passes.map((pass) => expected[pass].terms.reduce((sum, k) => sum + k, 0));
      expect(new Set(totals).size).toBe(1);
      expect(formatProblem(problem)).toBeTruthy();
    }),
    {seed: 9, numRuns: 50},
  );
});
