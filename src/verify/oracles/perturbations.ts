import type {Pass} from '../../geometry/pass.js';
import {formatProblem} from '../../geometry/problem.js';
import {randomFrom} from '../../geometry/random.js';
import {integer, integerMost} from '../data/fill.js';
import {whyInexact} from '../reference/compare.js';
import {type Inputs, reference} from '../reference/reference.js';
import type {ImplementationUnderTest} from '../run/implementationUnderTest.js';
import {largest} from './numbers.js';

/** Why there is no judgement where `perturbationRange` is 0. */
export const noExactPerturbation = 'no change of the integers keeps every sum exact';

/**
 * The largest range of integers that may be added to one input of a pass while `other` stays as it is. Every sum must stay exact:
 *
 *     |Σ (a + d)·b| ≤ S + K·|d|·|b|
 *
 * The range is 0 when there is none.
 *
 * @param from how much of S there is already; 0 where the integers replace the input
 */
export function perturbationRange(
  {testVector, comparison}: ImplementationUnderTest,
  pass: Pass,
  other: ArrayLike<number>,
  from?: 0,
): number {
  const {terms, magnitudes} = testVector.expected[pass];
  const {headroom, arithmetic} = comparison;
  const room = arithmetic.exactLimit / headroom - (from ?? largest(magnitudes));
  return Math.max(0, Math.min(integerMost, Math.floor(room / Math.max(1, largest(terms) * largest(other)))));
}

/** Draws integers ±1 … ±range that depend on the problem and the name alone. */
export function drawIntegers(
  {testVector}: ImplementationUnderTest,
  name: string,
  length: number,
  range: number,
): Float32Array {
  const next = randomFrom(`${formatProblem(testVector.problem)}/${name}`);
  return Float32Array.from({length}, integer(next, range));
}

/** Computes the forward pass with some inputs changed. The target computes it or, where it cannot, the definition does. */
export async function forwardOf(
  implementation: ImplementationUnderTest,
  changed?: Partial<Inputs>,
): Promise<ArrayLike<number>> {
  const {target, testVector} = implementation;
  if (target.supports(testVector.problem, 'forward') === true)
    return (await (changed ? implementation.run('forward', changed) : implementation.result('forward'))).got.values;
  const expected = changed ? reference(testVector.problem, {...testVector.inputs, ...changed}) : testVector.expected;
  return expected.forward.values;
}

/** Why integers prove nothing about these passes; undefined when they do. */
export function inexact(
  {testVector, comparison}: ImplementationUnderTest,
  passes: readonly Pass[],
): string | undefined {
  return passes.map((pass) => whyInexact(testVector.expected[pass], comparison)).find((reason) => reason !== undefined);
}
