import * as tf from '@tensorflow/tfjs';
import {algorithms} from '../../src/algorithms/index.js';
import {verify} from '../../src/verify/index.js';
import {mutants, mutantsOn} from './index.js';
import {type MutantScore, scoreMutants} from './score.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Few, chosen so that nearly every mistake shows on one of them. */
const problems = [
  'ih6iw8ic3oc5kh3kw2sh2sw3-same',
  'mb2ih7iw5ic5oc3kh2kw3dh2dw1-pt1pb0pl2pr1',
  'mb3ih8iw9ic2oc3kh2kw3sh3sw2-p1',
  'ih6iw8ic3oc2kh3kw3sh2sw2-same',
  'mb2ih5iw6ic2oc6kh3kw2-same-depthwise',
];

describe('the score', () => {
  let score: MutantScore;
  beforeAll(async () => {
    score = await scoreMutants({problems, cases: 1, allOracles: true});
  });

  it('counts every mutant, and an oracle finds each', () => {
    expect(score.outcomes.filter(({killedBy}) => killedBy.length === 0).map(({mutant}) => mutant)).toEqual([]);
    expect([score.killed, score.planted]).toEqual([mutantsOn('cpu').length, mutantsOn('cpu').length]);
    expect(score.planted).toBeGreaterThan(mutants.length);
    expect(mutants.length).toBeGreaterThan(42);
  });

  it('counts what each oracle finds, and each finds something', () => {
    expect(score.oracles.reference).toBeGreaterThan(40);
    for (const count of Object.values(score.oracles)) expect(count).toBeGreaterThan(0);
  });

  it('leaves no mutant in the catalogue', () => {
    expect(algorithms().map(({name}) => name)).not.toContainEqual(expect.stringMatching(/^mutant-/));
  });
});

it('the catalogue without a mutant passes on the same problems', async () => {
  const {results, summary} = await verify({problems, backends: ['cpu']});
  expect(results.filter(({status}) => status === 'failed' || status === 'vacuous')).toEqual([]);
  expect(summary.passed).toBeGreaterThan(0);
});
