import * as tf from '@tensorflow/tfjs';
import {isOfFused, mutantsOn} from './index.js';
import {scoreMutants} from './score.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const fused = mutantsOn('cpu').filter(isOfFused);

test('every mistake in what follows a fused convolution is found on cpu, and every derivative of an activation', async () => {
  const {outcomes: fates} = await scoreMutants({mutants: fused});
  expect(fates.filter(({killedBy}) => killedBy.length === 0).map(({mutant}) => mutant)).toEqual([]);
  expect(fates.length).toBeGreaterThan(25);
});

test('a right kernel that is wrapped like a wrong one never fails', async () => {
  const right = {name: 'right', passes: ['forward', 'backpropInput', 'backpropFilter'] as const, wrong: 'nothing'};
  const passedOn = {kernel: (_: string, kernel: (params: never) => unknown) => (params: never) => kernel(params)};
  const {killed} = await scoreMutants({mutants: [{...right, fault: passedOn as never}], hardProblems: []});
  expect(killed).toBe(0);
});
