import {geometricMean, median, relativeRange} from '../../src/bench/statistics.js';

test('the median is the middle value, or the mean of the middle two', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([10, 1, 2, 4])).toBe(3);
  expect(median([7])).toBe(7);
  expect(median([])).toBeNaN();
});

test('the geometric mean of a ratio and its inverse is 1', () => {
  expect(geometricMean([4, 0.25])).toBeCloseTo(1, 12);
  expect(geometricMean([2, 4, 8])).toBeCloseTo(4, 12);
  expect(geometricMean([])).toBeNaN();
});

test('the relative range is the range divided by the median', () => {
  expect(relativeRange([9, 10, 12])).toBeCloseTo(0.3, 12);
  expect(relativeRange([5])).toBe(0);
});
