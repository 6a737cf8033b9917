import * as tf from '@tensorflow/tfjs';
import {activationNames} from '../../src/geometry/activations.js';
import {passes} from '../../src/geometry/pass.js';
import {parseProblem} from '../../src/geometry/problem.js';
import {isOfFused, mutantsOn, passesOf} from './index.js';
import {scoreMutants} from './score.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const fused = mutantsOn('cpu').filter(isOfFused);

test('an oracle finds every mistake in an epilogue on cpu, in the pass that has it', async () => {
  const {outcomes, killed} = await scoreMutants({mutants: fused});
  expect(outcomes.map(({mutant}) => mutant)).toEqual(fused.map(({name}) => name));
  expect(outcomes.filter(({killedBy}) => killedBy.length === 0)).toEqual([]);
  expect(killed).toBe(fused.length);
  for (const {mutant, killedBy} of outcomes) {
    // The convolution itself is right, so only a problem with an epilogue shows the mistake.
    for (const {problem} of killedBy)
      expect([mutant, parseProblem(problem).epilogue]).toEqual([mutant, expect.anything()]);
  }
});

test('the mistakes cover the bias, each activation and each derivative', () => {
  const told = fused.map(({name, wrong}) => `${name}: ${wrong}`).join('\n');
  expect(activationNames().filter((name) => name !== 'linear' && !told.includes(name))).toEqual([]);
  expect(new Set(fused.flatMap(passesOf))).toEqual(new Set(passes));
});

test('a right kernel that is wrapped like a wrong one passes every oracle', async () => {
  const right = {name: 'right', passes: ['forward', 'backpropInput', 'backpropFilter'] as const, wrong: 'nothing'};
  const passedOn = {kernel: (_: string, kernel: (params: never) => unknown) => (params: never) => kernel(params)};
  const {outcomes} = await scoreMutants({mutants: [{...right, fault: passedOn as never}], hardProblems: []});
  expect(outcomes).toEqual([{mutant: 'right', wrong: 'nothing', killedBy: []}]);
});
