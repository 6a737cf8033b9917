import {arithmeticOf} from '../../../src/backends/index.js';
import {passes} from '../../../src/geometry/pass.js';
import {parseProblem} from '../../../src/geometry/problem.js';
import {drawInputs, exactLimit} from '../../../src/verify/data/fill.js';
import {makeTestVector} from '../../../src/verify/data/testVector.js';
import {parseProvenance} from '../../../src/verify/provenance/provenance.js';
import {isVacuous} from '../../../src/verify/reference/compare.js';
import {reference} from '../../../src/verify/reference/reference.js';

const problem = parseProblem('mb2ih7iw5ic3oc4kh3kw3-same');

test('the data depend on fill, seed, attempt and problem, and are reproducible', () => {
  const {x} = drawInputs(problem, 'reals', 1);
  expect(drawInputs(problem, 'reals', 1).x).toEqual(x);
  expect(drawInputs(problem, 'reals', 2).x).not.toEqual(x);
  expect(drawInputs(problem, 'reals', 1, 1, 1).x).not.toEqual(x);
  expect(drawInputs(parseProblem('mb2ih7iw5ic3oc4kh3kw3'), 'reals', 1).x).not.toEqual(x);
});

test('integers are never zero and fill the range from −8 to 8', () => {
  const {x, filter, dy} = drawInputs(problem, 'integers', 1);
  const all = [...x, ...filter, ...dy];
  expect(all.every((value) => Number.isInteger(value) && value !== 0)).toBe(true);
  expect([Math.min(...all), Math.max(...all)]).toEqual([-8, 8]);
});

test('reals are float32 in [−1, 1], of both signs', () => {
  const {x} = drawInputs(problem, 'reals', 1);
  expect(x.every((value) => value >= -1 && value <= 1)).toBe(true);
  expect(Math.min(...x)).toBeLessThan(-0.9);
  expect(Math.max(...x)).toBeGreaterThan(0.9);
});

test('the range of integers shrinks with the headroom of the algorithm', () => {
  const headroom = 4096;
  const inputs = drawInputs(problem, 'integers', 1, headroom);
  const {forward, backpropInput, backpropFilter} = reference(problem, inputs);
  const most = Math.max(...[forward, backpropInput, backpropFilter].flatMap(({magnitudes}) => [...magnitudes]));
  expect(headroom * most).toBeLessThanOrEqual(exactLimit);
});

test('a draw whose results are all zero is repeated', () => {
  const tiny = parseProblem('ih1iw2ic1oc1kh1kw2');
  const seeds = Array.from({length: 200}, (_, seed) => seed);
  const vacuous = (seed: number) => isVacuous(reference(tiny, drawInputs(tiny, 'integers', seed)).forward);
  expect(seeds.filter(vacuous).length).toBeGreaterThan(0);
  for (const seed of seeds.filter(vacuous))
    expect(isVacuous(makeTestVector(tiny, 'integers', seed, 1).expected.forward)).toBe(false);
});

test.each([
  'mb5ih4iw3ic65oc9kh3kw3sh3sw1-bias-relu6',
  'mb9ih5iw16ic5oc9kh1kw1sh3sw1-same-nchw-relu6',
  'mb9ih9iw3ic9oc9kh2kw2sh2sw2-pt0pb2pl1pr3-floor-nchw-depthwise-relu6',
  'mb2ih4iw4ic8oc5kh3kw3-same-relu',
])('activations that saturate make no case vacuous, whatever its provenance: %s', (text) => {
  const saturating = parseProblem(text);
  for (const names of ['pixels', 'bool', 'pixels,bool,bool', 'bool,pixels,int32', 'uploaded,uploaded,bool'])
    for (const fill of ['integers', 'reals'] as const)
      for (let seed = 1; seed <= 4; seed++) {
        const {expected} = makeTestVector(saturating, fill, seed, 1, arithmeticOf('cpu'), parseProvenance(names));
        const vacuous = passes.filter((pass) => isVacuous(expected[pass]));
        expect({names, fill, seed, vacuous}).toEqual({names, fill, seed, vacuous: []});
      }
});

test('values for float16 textures are float16 numbers', () => {
  const f16 = arithmeticOf('webgl', true);
  const {x, filter, dy} = drawInputs(parseProblem('ih9iw9ic3oc4kh3kw3'), 'reals', 1, 1, 0, f16);
  for (const value of [...x, ...filter, ...dy]) {
    const unit = 2 ** (Math.floor(Math.log2(Math.abs(value) || 1)) - 10);
    expect(value % unit).toBe(value < 0 ? -0 : 0);
  }
});
