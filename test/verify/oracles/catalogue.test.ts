import '@tensorflow/tfjs';
import {algorithms} from '../../../src/algorithms/index.js';
import {flopsOf} from '../../../src/geometry/pass.js';
import {formatProblem, parseProblem, problemInfo} from '../../../src/geometry/problem.js';
import {edgeCases} from '../../../src/verify/cases/edgeCases.js';
import {fusedCases} from '../../../src/verify/cases/fusedCases.js';
import {isApplicable, isSampled, oracleNames, oracles} from '../../../src/verify/oracles/index.js';
import {verify} from '../../../src/verify/verify.js';

/** Convolutions with whole tiles, partial tiles and several tiles. */
const tiled = [
  ...['ih1iw1ic1oc2kh3kw3-same', 'ih2iw3ic2oc1kh3kw3-same', 'ih3iw5ic1oc1kh3kw3-same', 'ih4iw4ic1oc2kh3kw3'],
  ...['ih5iw3ic2oc2kh3kw3', 'ih6iw7ic1oc1kh3kw3', 'ih3iw3ic2oc1kh3kw3-p3', 'ih4iw2ic1oc2kh3kw3-pt0pb2pl3pr1'],
  ...['mb3ih2iw2ic1oc1kh3kw3-same', 'mb2ih1iw5ic1oc2kh3kw3-same-nchw', 'ih4iw6ic1oc1kh3kw3-pt4pb0pl0pr2'],
];
const bilinear = [...edgeCases().map(({problem}) => problem), ...tiled.map(parseProblem)].filter(
  (problem) => flopsOf(problemInfo(problem)) < 4000,
);
/** Fused problems that most algorithms support. */
const fused = [
  ...fusedCases().map(({problem}) => problem),
  ...tiled.map((problem) => parseProblem(`${problem}-bias${problem.endsWith('nchw') ? '' : '-leakyrelu0.5'}`)),
];
/** Oracles that compare integer results, which must be exact. */
const ofExactOnes = ['finiteDifferences', 'secondOrder'];

test('oracleNames lists the oracles of the catalogue in their order', () => {
  expect(oracles.map(({name}) => name)).toEqual(oracleNames);
});

test.each(oracles.filter(({float16, isAbout}) => !float16 && !isAbout).map((oracle) => [oracle.name, oracle] as const))(
  '%s accepts every algorithm on the edge cases',
  async (name, oracle) => {
    const {passes, fills} = oracle;
    const asked = (['epilogue', 'activation'].includes(name) ? fused : bilinear).filter((problem) =>
      isApplicable(oracle, problem, 'cpu'),
    );
    const report = await verify({
      backends: ['cpu'],
      problems: asked.map(formatProblem),
      oracles: [name],
      regressions: [],
    });
    expect(report.results.filter(({status}) => status === 'failed' || status === 'vacuous')).toEqual([]);
    const passed = report.results.filter(({status}) => status === 'passed');
    for (const {name: algorithm, supports, integerHeadroom} of algorithms()) {
      const own = asked.filter((problem) => supports(problemInfo(problem), 'backpropInput') === true);
      expect(own.length).toBeGreaterThan(10);
      const judged = passed.filter((result) => result.algorithm === algorithm);
      // Second derivatives take all three passes, and dBias goes with dFilter.
      if (['secondOrder', 'bias', 'epilogue', 'activation'].includes(name) && algorithm === 'transposed')
        expect(judged).toEqual([]);
      else if (ofExactOnes.includes(name) && integerHeadroom === 0) expect(judged).toEqual([]);
      else expect(judged.length).toBeGreaterThan(own.length / 2);
    }
    expect(new Set(passed.map(({pass}) => pass))).toEqual(new Set(passes));
    expect(new Set(passed.map(({fill}) => fill))).toEqual(new Set(fills));
  },
);

test('on a GPU expensive oracles judge a sample of the problems', () => {
  const many = Array.from({length: 1000}, (_, i) => parseProblem(`ih${i + 1}iw2ic1oc1kh1kw1`));
  for (const oracle of oracles) {
    const sampled = (backend: string) =>
      many.filter((problem) => isSampled(oracle, problem, backend, {index: 0, of: 1})).length;
    expect(sampled('cpu')).toBe(1000);
    const expected = 1000 / (oracle.oneInOnGpu ?? 1);
    expect(Math.abs(sampled('webgl') - expected)).toBeLessThan(4 * Math.sqrt(expected));
  }
});

test('expensive oracles judge a sample of the large problems', () => {
  const large = Array.from({length: 400}, (_, i) => parseProblem(`ih${i + 200}iw200ic1oc1kh1kw1`));
  const oftenAsked = (oracle: (typeof oracles)[number]) =>
    large.filter((problem) => isSampled(oracle, problem, 'cpu', {index: 0, of: 1})).length;
  for (const oracle of oracles) {
    const expected = 400 / (oracle.oneInLarge ?? 1);
    expect(Math.abs(oftenAsked(oracle) - expected)).toBeLessThan(4 * Math.sqrt(expected));
  }
  expect(oracles.filter(({oneInLarge}) => !oneInLarge).map(({name}) => name)).toEqual(
    expect.arrayContaining(['reference', 'builtin', 'purity', 'determinism']),
  );
});

test('expensive oracles judge one algorithm for each problem, the others all', () => {
  const many = Array.from({length: 1000}, (_, i) => parseProblem(`ih${i + 1}iw2ic1oc1kh1kw1`));
  for (const oracle of oracles) {
    const asked = many.map((problem) => [0, 1, 2].filter((index) => isSampled(oracle, problem, 'cpu', {index, of: 3})));
    expect(new Set(asked.map(({length}) => length))).toEqual(new Set([oracle.oneAlgorithm ? 1 : 3]));
    for (const index of [0, 1, 2]) {
      expect(asked.filter((places) => places.includes(index)).length).toBeGreaterThan(270);
    }
  }
  expect(oracles.filter(({oneAlgorithm}) => !oneAlgorithm).map(({name}) => name)).toEqual(
    expect.arrayContaining(['reference', 'builtin', 'adjoint', 'nonFinite']),
  );
});
