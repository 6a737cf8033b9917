import * as tf from '@tensorflow/tfjs';
import {algorithms} from '../../src/algorithms/index.js';
import {backendsOf, defineMutant, findMutant, mutantsOn} from './index.js';
import {scoreMutants, scoreNamed} from './score.js';

/** Few, chosen so that nearly every mistake shows on one of them. */
const problems = [
  'ih6iw8ic3oc5kh3kw2sh2sw3-same',
  'mb2ih7iw5ic5oc3kh2kw3dh2dw1-pt1pb0pl2pr1',
  'mb3ih8iw9ic2oc3kh2kw3sh3sw2-p1',
  'ih6iw8ic3oc2kh3kw3sh2sw2-same',
  'mb2ih5iw6ic2oc6kh3kw2-same-depthwise',
];

beforeAll(async () => {
  await tf.setBackend('cpu');
});

it('a score without all oracles ends with the first rejection', async () => {
  const {outcomes} = await scoreMutants({problems, hardProblems: [], mutants: [findMutant('no-flip')]});
  expect(outcomes[0]!.killedBy.map(({oracle}) => oracle)).toEqual(['reference']);
  const named = await scoreNamed({problems, hardProblems: [], only: ['no-flip'], oracles: ['adjoint']});
  expect(named.outcomes[0]!.killedBy.map(({oracle}) => oracle)).toEqual(['adjoint']);
});

it('a mutant that breaks nothing survives, and the score says so', async () => {
  const harmless = {name: 'harmless', passes: ['forward' as const], wrong: 'nothing', mistake: <T>(run: T) => run};
  const {killed, planted} = await scoreMutants({
    problems: problems.slice(0, 1),
    hardProblems: [],
    cases: 1,
    mutants: [harmless],
  });
  expect([killed, planted]).toEqual([0, 1]);
});

it('no two mutants have one name, and each is found by its name', () => {
  const all = new Set(['cpu', 'webgl', 'webgpu'].flatMap(mutantsOn));
  expect(new Set([...all].map(({name}) => name)).size).toBe(all.size);
  expect(['no-flip', 'webgl-even-row', 'webgpu-tap-step', 'bias-planar'].map(backendsOf)).toEqual([
    ['cpu'],
    ['webgl'],
    ['webgpu'],
    ['cpu', 'webgl', 'webgpu'],
  ]);
  const undo = defineMutant('no-flip');
  expect(algorithms().at(-1)).toMatchObject({name: 'mutant-no-flip', title: findMutant('no-flip').wrong});
  undo();
  expect(() => findMutant('perfect')).toThrow("unknown mutant 'perfect'; use pads-swapped, ");
});

it('an exception of a mutant is an error, not a mistake that was found', async () => {
  const throwing = {
    ...{name: 'throwing', passes: ['forward' as const], wrong: 'it throws'},
    mistake: () => () => {
      throw new Error('no luck');
    },
  };
  const scored = scoreMutants({problems: problems.slice(0, 1), hardProblems: [], cases: 1, mutants: [throwing]});
  await expect(scored).rejects.toThrow('mutants: mutant-throwing does not run: no luck');
});

it('a backend without mutants is refused', async () => {
  await expect(scoreMutants({backend: 'tpu'})).rejects.toThrow(
    "mutants: there are none on backend 'tpu'; use cpu, webgl, webgpu.",
  );
});

it('refuses a number of cases that is not a number', async () => {
  await expect(scoreMutants({cases: Number.NaN})).rejects.toThrow('cases must be a whole number ≥ 1; got NaN.');
});
