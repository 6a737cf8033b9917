import {formatProblem} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';
import type {Verdict} from '../reference/compare.js';
import type {ImplementationUnderTest} from '../run/implementationUnderTest.js';
import {axpy, compareNumber, dot, dotBound, largest} from './numbers.js';
import type {Oracle} from './oracle.js';
import {forwardOf} from './perturbations.js';

/** Powers of two, so that x + εu is a float32 without rounding: x comes in steps of 2⁻²³, u and v in steps of 2⁻²⁰. */
const steps = [1, 1 / 2, 1 / 4];

/**
 * The Taylor test. With φ(ε) = ⟨conv(x + εu, filter + εv), dy⟩ the remainder
 *
 *     R(ε) = φ(ε) − φ(0) − ε·(⟨dx, u⟩ + ⟨dFilter, v⟩) = ε²·⟨conv(u, v), dy⟩
 *
 * is exactly quadratic. Its rate is 2, R(ε) = 4·R(ε/2), while a wrong gradient leaves a linear part behind. The gradient that is not judged
 * comes from the reference, so that a verdict concerns one pass alone.
 *
 *     R(ε) − 4·R(ε/2) = φ(ε) − 4·φ(ε/2) + 3·φ(0) + ε·(⟨dx, u⟩ + ⟨dFilter, v⟩)
 *     B(ε) = Σ |dy|·γ(K + 2)·S with S ≤ K·max|x + εu|·max|filter + εv|
 *
 * So rounding allows B(ε) + 4·B(ε/2) + 3·B(0) plus ε times the bound of ⟨gradient, u or v⟩. No correct algorithm exceeds this. At K = 30 it
 * is 2·10⁻⁶ of S, so an error of one percent in a gradient shows.
 */
export const taylorOracle: Oracle = {
  name: 'taylor',
  passes: ['backpropInput', 'backpropFilter'],
  fills: ['reals'],
  oneInOnGpu: 8,
  oneInLarge: 4,
  oneAlgorithm: true,
  judges: () => true,
  async judge(implementation, pass) {
    const {inputs, expected, arithmetic} = implementation.testVector;
    if (arithmetic.storage)
      return {status: 'skipped', reason: 'x + εu has no exact float16: the remainder is not quadratic'};
    const {u, v, phi, bounds} = await expansion(implementation);
    const {got} = await implementation.result(pass);
    const gradient = {
      dx: expected.backpropInput.values as ArrayLike<number>,
      dFilter: expected.backpropFilter.values as ArrayLike<number>,
    };
    gradient[pass === 'backpropInput' ? 'dx' : 'dFilter'] = got.values;
    const slope = dot(gradient.dx, u) + dot(gradient.dFilter, v);
    const slopeBound = dotBound(implementation.expected(pass), pass === 'backpropInput' ? u : v, arithmetic);
    const base = dot(await forwardOf(implementation), inputs.dy);
    const baseBound = dotBound(implementation.expected('forward'), inputs.dy, arithmetic);
    const remainders = steps.map((step, i) => phi[i] - base - step * slope);
    let verdict: Verdict = {status: 'passed'};
    for (let i = 0; i + 1 < steps.length; i++) {
      const bound = bounds[i] + 4 * bounds[i + 1] + 3 * baseBound + steps[i] * slopeBound;
      const rate = Math.log2(Math.abs(remainders[i] / remainders[i + 1])).toFixed(2);
      const what = `the Taylor remainder R(${steps[i]}), of rate ${rate} where it must be 2,`;
      verdict = compareNumber(what, remainders[i], 4 * remainders[i + 1], bound);
      if (verdict.status === 'failed') break;
    }
    return verdict;
  },
};

interface Expansion {
  u: Float32Array;
  v: Float32Array;
  /** φ at each step. `bounds` holds by how much each may err. */
  phi: number[];
  bounds: number[];
}

/** Both gradients are compared with the same expansion of the forward pass. */
const expansions = new WeakMap<ImplementationUnderTest, Promise<Expansion>>();

function expansion(implementation: ImplementationUnderTest): Promise<Expansion> {
  const known = expansions.get(implementation) ?? expand(implementation);
  expansions.set(implementation, known);
  return known;
}

async function expand(implementation: ImplementationUnderTest): Promise<Expansion> {
  const {problem, inputs, expected, arithmetic} = implementation.testVector;
  const next = randomFrom(`${formatProblem(problem)}/taylor`);
  const draw = () => ((next() >>> 11) - 2 ** 20) / 2 ** 20;
  const u = Float32Array.from(inputs.x, draw);
  const v = Float32Array.from(inputs.filter, draw);
  const found: Expansion = {u, v, phi: [], bounds: []};
  for (const step of steps) {
    const x = axpy(inputs.x, u, step);
    const filter = axpy(inputs.filter, v, step);
    found.phi.push(dot(await forwardOf(implementation, {x, filter}), inputs.dy));
    const product = largest(x) * largest(filter);
    const magnitudes = Float64Array.from(expected.forward.terms, (count) => count * product);
    found.bounds.push(
      dotBound(
        {...expected.forward, magnitudes, own: implementation.ownBound('forward', {x, filter})},
        inputs.dy,
        arithmetic,
      ),
    );
  }
  return found;
}
