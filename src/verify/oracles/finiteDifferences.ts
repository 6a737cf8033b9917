import {type Pass, passes} from '../../geometry/pass.js';
import type {Verdict} from '../compare.js';
import type {Subject} from '../subject.js';
import {changeRange, drawIntegers, forwardOf, inexact, noRoom} from './changes.js';
import {dot, holdNumber, moved} from './numbers.js';
import type {Oracle} from './oracle.js';

/** Random directions, then single coordinates. */
const randomDirections = 2;
const coordinates = 2;

/**
 * Finite differences with h = 1 on integers. A convolution f is linear in x and in filter, so a central difference has no truncation error
 * at any step, and on integers no rounding either:
 *
 *     ⟨gradient, d⟩ = (⟨f(v + d), dy⟩ − ⟨f(v − d), dy⟩) / 2     v = x or filter, for random signed d and single coordinates
 *     f(v + d) − f(v) = f(d)                                     the same linearity, of the forward pass itself
 *
 * to the last bit. It sees a gradient that belongs to another function than the forward pass; not a mistake that both share.
 */
export const finiteDifferencesOracle: Oracle = {
  name: 'finiteDifferences',
  passes,
  fills: ['integers'],
  oneInOnGpu: 16,
  oneInLarge: 4,
  oneAlgorithm: true,
  judges: () => true,
  async judge(subject, pass) {
    const reason = inexact(subject, ['forward', pass]);
    if (reason) return {status: 'skipped', reason};
    return pass === 'forward' ? linear(subject) : gradient(subject, pass);
  },
};

async function gradient(subject: Subject, pass: Exclude<Pass, 'forward'>): Promise<Verdict> {
  const {inputs} = subject.trial;
  const [name, other] = pass === 'backpropInput' ? (['x', 'filter'] as const) : (['filter', 'x'] as const);
  const values = inputs[name];
  const range = changeRange(subject, 'forward', inputs[other]);
  if (range === 0) return {status: 'skipped', reason: noRoom};
  const {got} = await subject.result(pass);
  for (const [along, d] of directions(subject, name, range)) {
    const ahead = await forwardOf(subject, {[name]: moved(values, d)});
    const behind = await forwardOf(subject, {[name]: moved(values, d, -1)});
    const difference = (dot(ahead, inputs.dy) - dot(behind, inputs.dy)) / 2;
    const verdict = holdNumber(`the derivative along ${along}`, dot(got.values, d), difference, 0);
    if (verdict.status === 'failed') return verdict;
  }
  return {status: 'passed'};
}

function directions(subject: Subject, name: 'x' | 'filter', range: number): [along: string, d: Float32Array][] {
  const {length} = subject.trial.inputs[name];
  const random = Array.from({length: randomDirections}, (_, i): [string, Float32Array] => [
    'a random direction',
    drawIntegers(subject, `${name}/${i}`, length, range),
  ]);
  const single = [...drawIntegers(subject, `${name}/coordinates`, length === 0 ? 0 : coordinates, 2 ** 20)];
  return [
    ...random,
    ...single.map((drawn): [string, Float32Array] => {
      const index = Math.abs(drawn) % length;
      return [`element ${index} of ${name}`, new Float32Array(length).fill(1, index, index + 1)];
    }),
  ];
}

async function linear(subject: Subject): Promise<Verdict> {
  const {inputs} = subject.trial;
  const y = await forwardOf(subject);
  for (const [name, other] of [
    ['x', 'filter'],
    ['filter', 'x'],
  ] as const) {
    const range = changeRange(subject, 'forward', inputs[other]);
    if (range === 0) return {status: 'skipped', reason: noRoom};
    const d = drawIntegers(subject, `linear/${name}`, inputs[name].length, range);
    const sum = await forwardOf(subject, {[name]: moved(inputs[name], d)});
    const change = await forwardOf(subject, {[name]: d});
    for (let index = 0; index < inputs.dy.length; index++) {
      const difference = sum[index] - y[index];
      if (difference === change[index]) continue;
      const what = `f(v + d) − f(v) at element ${index}, for v = ${name},`;
      return holdNumber(what, difference, change[index], 0);
    }
  }
  return {status: 'passed'};
}
