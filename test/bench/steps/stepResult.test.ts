import {type StepRow, stepResultOf} from '../../../src/bench/steps/stepResult.js';

const row: StepRow = {network: 'net', backend: 'cpu', batch: 8, algorithm: 'auto', calls: {ours: 9, delegated: 0}};
const warmUps = {ours: {first: 70, best: 20, calls: 4}};

test('ratios are taken within a round and scaled by the batch', () => {
  const rounds = [
    {ours: 20, builtin: 60},
    {ours: 40, builtin: 120},
    {ours: 30, builtin: 90},
  ];
  expect(stepResultOf(row, {warmUps, rounds}, {scaled: {batch: 2, factor: 4}})).toEqual({
    ...{...row, milliseconds: {ours: 30, builtin: 360}, ratio: 12, noise: expect.closeTo(2 / 3, 9)},
    ...{first: 70, warmUpSteps: 4, rounds, scaled: {batch: 2, factor: 4}},
  });
});

test('a single step of the built-in counts in every round', () => {
  const rounds = [{ours: 20}, {ours: 50}];
  const result = stepResultOf(row, {warmUps, rounds}, {oneStep: 1000, scaled: {batch: 1, factor: 8}});
  expect(result).toMatchObject({milliseconds: {ours: 35, builtin: 8000}, ratio: (400 + 160) / 2, oneStep: true});
});

test('a network that tfjs cannot train has the reason instead of a ratio', () => {
  const result = stepResultOf(row, {warmUps, rounds: [{ours: 20}]}, {reason: 'no kernel'});
  expect(result).toMatchObject({milliseconds: {ours: 20}, reason: 'no kernel'});
  expect(result).not.toHaveProperty('ratio');
});
