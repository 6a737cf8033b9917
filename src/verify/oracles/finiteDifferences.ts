import {type Pass, passes} from '../../geometry/pass.js';
import type {Verdict} from '../reference/compare.js';
import type {ImplementationUnderTest} from '../run/implementationUnderTest.js';
import {axpy, compareNumber, dot} from './numbers.js';
import type {Oracle} from './oracle.js';
import {drawIntegers, forwardOf, inexact, noExactPerturbation, perturbationRange} from './perturbations.js';

/** How many random directions and how many single coordinates are tried. */
const randomDirections = 2;
const coordinates = 2;

/**
 * Finite differences with h = 1 on integers. A convolution f is linear in x and in filter. So a central difference has no truncation error
 * at any step, and on integers it does not round:
 *
 *     ⟨gradient, d⟩ = (⟨f(v + d), dy⟩ − ⟨f(v − d), dy⟩) / 2     v = x or filter, for random signed d and single coordinates
 *     f(v + d) − f(v) = f(d)                                     the same linearity, of the forward pass itself
 *
 * Both hold to the last bit. The oracle finds a gradient that belongs to another function than the forward pass. It cannot find a mistake
 * that both share.
 */
export const finiteDifferencesOracle: Oracle = {
  name: 'finiteDifferences',
  passes,
  fills: ['integers'],
  oneInOnGpu: 16,
  oneInLarge: 4,
  oneAlgorithm: true,
  judges: () => true,
  async judge(implementation, pass) {
    const reason = inexact(implementation, ['forward', pass]);
    if (reason) return {status: 'skipped', reason};
    return pass === 'forward' ? linear(implementation) : gradient(implementation, pass);
  },
};

async function gradient(implementation: ImplementationUnderTest, pass: Exclude<Pass, 'forward'>): Promise<Verdict> {
  const {inputs} = implementation.testVector;
  const [name, other] = pass === 'backpropInput' ? (['x', 'filter'] as const) : (['filter', 'x'] as const);
  const values = inputs[name];
  const range = perturbationRange(implementation, 'forward', inputs[other]);
  if (range === 0) return {status: 'skipped', reason: noExactPerturbation};
  const {got} = await implementation.result(pass);
  for (const [along, d] of directions(implementation, name, range)) {
    const ahead = await forwardOf(implementation, {[name]: axpy(values, d)});
    const behind = await forwardOf(implementation, {[name]: axpy(values, d, -1)});
    const difference = (dot(ahead, inputs.dy) - dot(behind, inputs.dy)) / 2;
    const verdict = compareNumber(`the derivative along ${along}`, dot(got.values, d), difference, 0);
    if (verdict.status === 'failed') return verdict;
  }
  return {status: 'passed'};
}

function directions(
  implementation: ImplementationUnderTest,
  name: 'x' | 'filter',
  range: number,
): [along: string, d: Float32Array][] {
  const {length} = implementation.testVector.inputs[name];
  const random = Array.from({length: randomDirections}, (_, i): [string, Float32Array] => [
    'a random direction',
    drawIntegers(implementation, `${name}/${i}`, length, range),
  ]);
  const single = [...drawIntegers(implementation, `${name}/coordinates`, length === 0 ? 0 : coordinates, 2 ** 20)];
  return [
    ...random,
    ...single.map((drawn): [string, Float32Array] => {
      const index = Math.abs(drawn) % length;
      return [`element ${index} of ${name}`, new Float32Array(length).fill(1, index, index + 1)];
    }),
  ];
}

async function linear(implementation: ImplementationUnderTest): Promise<Verdict> {
  const {inputs} = implementation.testVector;
  const y = await forwardOf(implementation);
  for (const [name, other] of [
    ['x', 'filter'],
    ['filter', 'x'],
  ] as const) {
    const range = perturbationRange(implementation, 'forward', inputs[other]);
    if (range === 0) return {status: 'skipped', reason: noExactPerturbation};
    const d = drawIntegers(implementation, `linear/${name}`, inputs[name].length, range);
    const sum = await forwardOf(implementation, {[name]: axpy(inputs[name], d)});
    const change = await forwardOf(implementation, {[name]: d});
    for (let index = 0; index < inputs.dy.length; index++) {
      const difference = sum[index] - y[index];
      if (difference === change[index]) continue;
      const what = `f(v + d) − f(v) at element ${index}, for v = ${name},`;
      return compareNumber(what, difference, change[index], 0);
    }
  }
  return {status: 'passed'};
}
