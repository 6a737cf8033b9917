import {randomLayers} from '../../src/bench/randomLayers.js';
import {operations} from '../../src/bench/reduceProblem.js';
import {formatProblem, parseProblem} from '../../src/geometry/problem.js';

const texts = (count: number, seed: number) => randomLayers(count, seed).map(({problem}) => formatProblem(problem));

test('the same seed gives the same layers, another seed gives others', () => {
  expect(texts(30, 5)).toEqual(texts(30, 5));
  expect(texts(30, 5)).not.toEqual(texts(30, 6));
});

test('all layers are valid and between 8 and 400 MFLOP', () => {
  for (const {problem} of randomLayers(200, 1)) {
    expect(() => parseProblem(formatProblem(problem))).not.toThrow();
    expect(operations(problem)).toBeGreaterThanOrEqual(8e6);
    expect(operations(problem)).toBeLessThanOrEqual(4e8);
  }
});
