import {benchLayers} from '../../src/bench/layers.js';
import {operations, reduceProblem} from '../../src/bench/reduceProblem.js';
import {formatProblem, parseProblem} from '../../src/geometry/problem.js';

const reduced = (problem: string, flops: number) => formatProblem(reduceProblem(parseProblem(problem), flops));
const full = (problem: string) => formatProblem(parseProblem(problem));

test('reduces the batch first, then rows, output channels and input channels', () => {
  const problem = 'mb8ih32iw32ic16oc16kh3kw3-same';
  const flops = operations(parseProblem(problem));
  expect(reduced(problem, flops)).toBe(full(problem));
  expect(reduced(problem, flops / 2)).toBe(full('mb4ih32iw32ic16oc16kh3kw3-same'));
  expect(reduced(problem, flops / 16)).toBe(full('ih16iw32ic16oc16kh3kw3-same'));
  expect(reduced(problem, (flops * 3) / (8 * 32 * 4))).toBe(full('ih3iw32ic16oc4kh3kw3-same'));
  expect(reduced(problem, (flops * 3) / (8 * 32 * 16 * 2))).toBe(full('ih3iw32ic8oc1kh3kw3-same'));
});

test('a depthwise convolution keeps its channel multiplier', () => {
  const problem = 'ih3iw8ic16oc32kh3kw3-same-depthwise';
  // Three rows are needed for one window.
  expect(reduced(problem, operations(parseProblem(problem)) / 4)).toBe(full('ih3iw8ic4oc8kh3kw3-same-depthwise'));
});

test.each(benchLayers().map(({name, problem}) => [name, problem] as const))(
  '%s shrinks to the requested flops in batch, height and channels only',
  (_name, problem) => {
    for (const flops of [1e5, 1e6, 1e7]) {
      const smaller = reduceProblem(problem, flops);
      expect(operations(smaller)).toBeLessThanOrEqual(Math.max(flops, operations({...reduceProblem(problem, 1)})));
      expect(operations(smaller)).toBeGreaterThan(0);
      const {batch, inHeight, inChannels, outChannels, ...kept} = smaller;
      expect(problem).toMatchObject(kept);
      expect([batch, inHeight, inChannels, outChannels].every((size) => size >= 1)).toBe(true);
    }
  },
);
