import {passes, passTensors} from '../../geometry/pass.js';
import type {Inputs} from '../reference/reference.js';
import {axpy, compareNumber, dot} from './numbers.js';
import type {Oracle} from './oracle.js';
import {drawIntegers, inexact, noExactPerturbation, perturbationRange} from './perturbations.js';

/**
 * Gradients of gradients, taken through the tape. With g(a, b) = dx(dy, filter) or dFilter(x, dy),
 *
 *     ⟨∂⟨g(a, b), V⟩/∂a, U⟩ = (⟨g(a + U, b), V⟩ − ⟨g(a − U, b), V⟩) / 2
 *
 * holds for each input a of g and for random V and U. g is linear in a, so it holds exactly on integers with h = 1.
 */
export const secondOrderOracle: Oracle = {
  name: 'secondOrder',
  passes: ['backpropInput', 'backpropFilter'],
  fills: ['integers'],
  oneInOnGpu: 16,
  oneInLarge: 4,
  oneAlgorithm: true,
  judges(problem, _pass, _fill, target) {
    if (target.imported?.secondOrder) return true;
    if (target.imported || target.compute)
      return 'only convgrad’s kernels and imported ones tell which code serves the nested passes';
    const missing = passes.find((pass) => target.supports(problem, pass) !== true);
    return (
      missing === undefined ||
      `second derivatives need all three passes; ${target.algorithm} does not compute ${missing} here`
    );
  },
  async judge(implementation, pass) {
    if (pass === 'forward') throw new Error('the derivatives of the forward pass are first order');
    const {inputs, expected} = implementation.testVector;
    const reason = inexact(implementation, passes);
    if (reason) return {status: 'skipped', reason};
    const [first, second] = passTensors[pass].inputs as readonly [keyof Inputs, keyof Inputs];
    // Second derivatives sum products of V and one input of g.
    const range = Math.min(
      ...passes.flatMap((nested) =>
        [first, second].map((name) => perturbationRange(implementation, nested, inputs[name], 0)),
      ),
    );
    if (range === 0) return {status: 'skipped', reason: noExactPerturbation};
    const v = drawIntegers(implementation, `second order/${pass}`, expected[pass].values.length, range);
    const derivatives = await implementation.secondDerivatives(pass, v);
    for (const [i, [name, other]] of (
      [
        [first, second],
        [second, first],
      ] as const
    ).entries()) {
      const change = perturbationRange(implementation, pass, inputs[other]);
      if (change === 0) return {status: 'skipped', reason: noExactPerturbation};
      const u = drawIntegers(implementation, `second order/${pass}/${name}`, inputs[name].length, change);
      const ahead = await implementation.run(pass, {[name]: axpy(inputs[name], u)});
      const behind = await implementation.run(pass, {[name]: axpy(inputs[name], u, -1)});
      const difference = (dot(ahead.got.values, v) - dot(behind.got.values, v)) / 2;
      const what = `the derivative of ${passTensors[pass].output} by ${name}`;
      const verdict = compareNumber(what, dot(derivatives[i], u), difference, 0);
      if (verdict.status === 'failed') return verdict;
    }
    return {status: 'passed'};
  },
};
