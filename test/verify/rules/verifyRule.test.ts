import * as tf from '@tensorflow/tfjs';
import {type Rule, rules} from 'tfjs-convgrad/rules';
import {verifyRule} from 'tfjs-convgrad/verify';

beforeAll(() => tf.setBackend('cpu'));

const few = {problems: 16, draws: 32};

it.each(rules().map((rule) => [rule.name, rule] as const))('%s is what it says of its bias', (_name, rule) => {
  const report = verifyRule(rule, few);
  expect(report.passed).toBe(true);
  expect(report.results.length).toBe(32);
  // Rules of feedback change dX, meProp and half precision change dFilter too, and the others leave both.
  const changesInput = ['fa', 'usf', 'brsf', 'frsf', 'kp', 'wm', 'dfa', 'drtp', 'meprop', 'half', 'lrp'];
  const changesFilter = ['kp', 'meprop', 'half'];
  expect(report.biased.dX > 0).toBe(changesInput.includes(rule.name));
  expect(report.biased.dFilter > 0).toBe(changesFilter.includes(rule.name));
});

it('a rule that claims too much fails, and the numbers repeat', () => {
  const scaled: Rule = {
    name: 'scaled',
    isUnbiased: true,
    backpropFilter: ({x, dy, exact, random}) => exact.backpropFilter(x, dy).mul(random.uniform([1]).mul(0.2).add(1)), // its mean is 1.1
  };
  const report = verifyRule(scaled, few);
  expect(report).toMatchObject({claimsUnbiased: true, isUnbiased: false, passed: false, worst: {gradient: 'dFilter'}});
  expect(report.biased.dX).toBe(0);
  expect(verifyRule(scaled, few)).toEqual(report);
});

it('nothing leaks, and unknown options are refused', () => {
  verifyRule('fa', {problems: 2, draws: 2});
  const {numTensors} = tf.memory();
  verifyRule('kp', {problems: 4, draws: 2});
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(() => verifyRule('fa', {draw: 3} as never)).toThrow(/did you mean 'draws'/);
  expect(() => verifyRule('feedback')).toThrow(/unknown rule/);
});
